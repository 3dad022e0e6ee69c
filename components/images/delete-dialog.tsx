'use client';

import { useTranslations } from 'next-intl';
import { FailureReport } from './failure-report.tsx';
import { useBulk } from './use-bulk.ts';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { useDeleteImage } from '#lib/client/queries/images.ts';
import type { ImageSummary } from '#lib/contract/images.ts';

/** Deletes images with all their copies; what is protected or not theirs is left out and said so. */
export function DeleteDialog({
  images,
  open,
  onOpenChange,
  onDone,
}: {
  images: ImageSummary[];
  open: boolean;
  onOpenChange(open: boolean): void;
  onDone?: () => void;
}) {
  const t = useTranslations('images');
  const format = useFormat();
  const remove = useDeleteImage();
  const bulk = useBulk((image: ImageSummary) => remove.mutateAsync(image.id));
  const mine = images.filter(({ actions }) => isOffered(actions, 'delete'));
  const others = images.filter((image) => !mine.includes(image));
  const doomed = mine.filter((image) => !image.protected);
  const stay = mine.filter((image) => image.protected);
  const copies = doomed.flatMap((image) => image.locations);
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  const storeCount = new Set(copies.map((copy) => copy.store)).size;
  const [first] = doomed;
  const name = first?.name ?? first?.id ?? '';
  const typed = doomed.length > 1 ? t('deleteTyped', { count: doomed.length }) : t('deleteTypedOne');

  const close = (next: boolean) => {
    if (!next) bulk.reset();
    onOpenChange(next);
  };
  const confirm = async () => {
    const again = bulk.failures.length > 0 ? bulk.failures.map(({ item }) => item) : doomed;
    const result = await bulk.start(again);
    if (result.done.length > 0) {
      showToast({
        kind: 'removed',
        text: t('deleted', { count: result.done.length, name: result.done[0]?.item.name ?? '' }),
      });
    }
    if (result.failed.length > 0) return;
    close(false);
    onDone?.();
  };
  return (
    <ConfirmDialog
      destroys
      open={open}
      onOpenChange={close}
      title={
        images.length === 1
          ? t('deleteTitleOne', { name })
          : t('deleteTitle', { count: doomed.length, total: images.length })
      }
      confirmLabel={t('deleteButton', { count: doomed.length })}
      busyLabel={t('deleteBusy')}
      cancelLabel={t('deleteKeep', { count: doomed.length })}
      aside={
        first !== undefined &&
        doomed.length === 1 && (
          <ProgramsButton
            withText
            label={t('forPrograms')}
            deed={{ kind: 'delete-image', image: first.id }}
          />
        )
      }
      busy={bulk.busy}
      onConfirm={() => void confirm()}
      disabledReason={doomed.length === 0 ? t('allProtected') : undefined}
      typed={
        doomed.length === 0
          ? undefined
          : {
              text: typed,
              label: t.rich('typeToGoOn', { text: typed, code: (chunks) => <code>{chunks}</code> }),
            }
      }
    >
      {doomed.length > 0 && (
        <p>{t('deleteBody', { copies: copies.length, bytes: format.bytes(bytes), stores: storeCount })}</p>
      )}
      {stay.length > 0 && (
        <p>
          {t('protectedStay', {
            count: stay.length,
            names: format.list(stay.map((image) => image.name ?? image.id)),
          })}
        </p>
      )}
      {others.length > 0 && (
        <p>
          {t('othersStay', {
            count: others.length,
            names: format.list(others.map((image) => image.name ?? image.id)),
          })}
        </p>
      )}
      <FailureReport title={t('deletesFailed', { count: bulk.failures.length })} failures={bulk.failures} />
    </ConfirmDialog>
  );
}
