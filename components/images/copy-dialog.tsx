'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { FailureReport } from './failure-report.tsx';
import { StoreChoice, placementOf } from './store-choice.tsx';
import { useBulk } from './use-bulk.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { pages } from '#lib/client/paths.ts';
import { useStartCopies } from '#lib/client/queries/images.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import type { ImageSummary } from '#lib/contract/images.ts';

/** Copies images into further stores, or moves one copy: then it leaves `moveFrom` once every copy is verified. */
export function CopyDialog({
  images,
  moveFrom,
  open,
  onOpenChange,
  onDone,
}: {
  images: ImageSummary[];
  moveFrom?: string | undefined;
  open: boolean;
  onOpenChange(open: boolean): void;
  onDone?: () => void;
}) {
  const t = useTranslations('images');
  const common = useTranslations('common');
  const format = useFormat();
  const stores = useStores();
  const copies = useStartCopies();
  const [chosen, setChosen] = useState<string[]>([]);
  const bulk = useBulk((image: ImageSummary) =>
    copies.mutateAsync({
      imageId: image.id,
      stores: chosen,
      ...(moveFrom !== undefined && { move_from: moveFrom }),
    }),
  );
  const placements = (stores.data ?? [])
    .filter((store) => store.id !== moveFrom)
    .map((store) => placementOf(store, images));
  const picked = placements.filter(({ store, reason }) => chosen.includes(store.id) && reason === null);
  const copyCount = picked.reduce((sum, { missing }) => sum + missing.length, 0);
  const bytes = picked.reduce((sum, { incomingBytes }) => sum + incomingBytes, 0);
  const kind = moveFrom === undefined ? 'copy' : 'move';
  const [first] = images;

  const close = (next: boolean) => {
    if (!next) {
      setChosen([]);
      bulk.reset();
    }
    onOpenChange(next);
  };
  const submit = async () => {
    if (bulk.busy || copyCount === 0) return;
    const again = bulk.failures.length > 0 ? bulk.failures.map(({ item }) => item) : images;
    const result = await bulk.start(again);
    const started = result.done.reduce((sum, { answer }) => sum + answer.transfers.length, 0);
    if (started > 0) {
      showToast({
        text: t(`${kind}Started`, { count: started }),
        action: (
          <Link href={pages.transfers} className="font-medium text-accent-ink hover:underline">
            {t('showTransfers')}
          </Link>
        ),
      });
    }
    if (result.failed.length === 0) {
      close(false);
      onDone?.();
    }
  };
  const name = first?.name ?? first?.id ?? '';
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={close}
      onSubmit={() => void submit()}
      title={t(`${kind}Title`, { count: images.length, name, from: moveFrom ?? '' })}
      note={
        bulk.failures.length > 0 && (
          <FailureReport
            title={t('copiesFailed', { count: bulk.failures.length, total: images.length })}
            failures={bulk.failures}
          />
        )
      }
      footer={
        <>
          {first && images.length === 1 && chosen.length > 0 && (
            <span className="mr-auto">
              <ProgramsButton
                withText
                label={t('forPrograms')}
                deed={{
                  kind: 'copy-image',
                  image: first.id,
                  stores: chosen,
                  ...(moveFrom !== undefined && { moveFrom }),
                }}
              />
            </span>
          )}
          <Button onClick={() => close(false)}>{common('cancel')}</Button>
          <Button
            type="submit"
            variant="primary"
            busy={bulk.busy}
            disabledReason={copyCount === 0 ? t('chooseStoreFirst') : undefined}
          >
            {bulk.busy
              ? t(`${kind}Busy`)
              : bulk.failures.length > 0
                ? t('tryAgain')
                : copyCount === 0
                  ? t(`${kind}Button`)
                  : t(`${kind}ButtonBytes`, { count: copyCount, bytes: format.bytes(bytes) })}
          </Button>
        </>
      }
    >
      <p className="text-ink-2">{t(`${kind}Body`, { from: moveFrom ?? '' })}</p>
      <StoreChoice label={t('chooseStores')} placements={placements} chosen={chosen} onChange={setChosen} />
    </Dialog>
  );
}
