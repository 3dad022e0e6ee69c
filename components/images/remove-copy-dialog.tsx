'use client';

import { useTranslations } from 'next-intl';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useRemoveLocation } from '#lib/client/queries/images.ts';
import type { ImageSummary, LocationView } from '#lib/contract/images.ts';

/** Removes the copy in one store; the image and its other copies stay. */
export function RemoveCopyDialog({
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
  const remove = useRemoveLocation();
  const others = image.locations.filter(({ store, state }) => store !== location.store && state === 'active');
  const change = (next: boolean) => {
    if (!next) remove.reset();
    onOpenChange(next);
  };
  return (
    <ConfirmDialog
      destroys
      open={open}
      onOpenChange={change}
      title={t('removeTitle', { name, store: location.store })}
      confirmLabel={t('removeButton', { store: location.store })}
      busyLabel={t('removeBusy')}
      cancelLabel={t('removeKeep')}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(
          { imageId: image.id, store: location.store },
          {
            onSuccess: () => {
              change(false);
              showToast({ kind: 'removed', text: t('removed', { name, store: location.store }) });
            },
          },
        )
      }
    >
      <p>
        {t('removeBody', {
          bytes: format.bytes(location.bytes),
          store: location.store,
          count: others.length,
          others: format.list(others.map(({ store }) => store)),
        })}
      </p>
      <div>
        <ProgramsButton
          withText
          label={t('forPrograms')}
          deed={{ kind: 'remove-copy', image: image.id, store: location.store }}
        />
      </div>
    </ConfirmDialog>
  );
}
