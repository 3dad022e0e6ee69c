'use client';

import { useTranslations } from 'next-intl';
import { goodCopies } from './location-rows.ts';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useStartCopies } from '#lib/client/queries/images.ts';
import type { ImageSummary, LocationView } from '#lib/contract/images.ts';

/** The store that a broken copy is made anew from, as far as the page knows. */
export function repairSource(image: Pick<ImageSummary, 'locations'>, store: string): string | null {
  return goodCopies(image).find((copy) => copy.store !== store)?.store ?? null;
}

/** Writes a corrupt or missing copy again from a good one. */
export function RepairDialog({
  image,
  name,
  location,
  open,
  onOpenChange,
}: {
  image: ImageSummary;
  name: string;
  location: LocationView;
  open: boolean;
  onOpenChange(open: boolean): void;
}) {
  const t = useTranslations('images');
  const format = useFormat();
  const copies = useStartCopies();
  const { store } = location;
  const source = repairSource(image, store) ?? '–';
  const change = (next: boolean) => {
    if (!next) copies.reset();
    onOpenChange(next);
  };
  const repair = async () => {
    try {
      await copies.mutateAsync({ imageId: image.id, stores: [store] });
    } catch {
      // The dialog shows it.
      return;
    }
    // The broken copy may have left the page before the answer came, and this dialog with it.
    change(false);
    showToast({ text: t('repairStarted', { store, source }) });
  };
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={change}
      title={t('repairTitle', { name, store })}
      confirmLabel={t('repairButton', { source })}
      busyLabel={t('repairBusy')}
      cancelLabel={t('repairKeep')}
      busy={copies.isPending}
      error={copies.error}
      onConfirm={() => void repair()}
    >
      <p>{t('repairBody', { bytes: format.bytes(image.size_bytes ?? 0), source, store })}</p>
      <div>
        <ProgramsButton
          withText
          label={t('forPrograms')}
          deed={{ kind: 'copy-image', image: image.id, stores: [store] }}
        />
      </div>
    </ConfirmDialog>
  );
}
