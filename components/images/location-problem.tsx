'use client';

import { RotateCw, Trash2, Wrench } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { goodCopies } from './location-rows.ts';
import type { LocationRow } from './location-rows.ts';
import { RepairDialog, repairSource } from './repair-dialog.tsx';
import { Button } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { allowed, isOffered, reasonAgainst } from '#lib/client/allowed.ts';
import { useRemoveLocation } from '#lib/client/queries/images.ts';
import { useTransferAction } from '#lib/client/queries/transfers.ts';
import type { ImageView } from '#lib/contract/images.ts';

/** What is wrong with a copy, whether the image is safe, and what to do. */
export function LocationProblem({
  image,
  name,
  row,
  goodCount,
}: {
  image: ImageView;
  name: string;
  row: LocationRow;
  goodCount: number;
}) {
  const t = useTranslations('images');
  const format = useFormat();
  const problemText = useProblemText();
  const action = useTransferAction();
  const remove = useRemoveLocation();
  const { store, location, transfer } = row;
  const [asking, setAsking] = useState(false);
  const isBroken = location?.state === 'corrupt' || location?.state === 'missing';
  // What a check has found out is the copy's trouble, and the check's no longer.
  const failedCopy = transfer?.state === 'failed' && !isBroken ? transfer : null;
  const source = repairSource(image, store.id);
  const good = goodCopies(image)
    .filter((copy) => copy.store !== store.id)
    .map((copy) => copy.store);
  const safety =
    good.length > 0 ? t('imageIsSafe', { stores: format.list(good), count: good.length }) : t('noGoodCopy');
  const title = failedCopy
    ? t(failedCopy.kind === 'verify' ? 'checkStopped' : 'copyStopped', {
        store: store.id,
        ...format.part(failedCopy.bytes_done, failedCopy.bytes_total),
      })
    : location?.state === 'missing'
      ? t('copyMissing', { store: store.id })
      : location?.state === 'failed'
        ? t('copyFailed', { store: store.id })
        : t('copyCorrupt', { store: store.id });
  const details = [failedCopy?.error ?? location?.error, safety, failedCopy?.remedy]
    .filter(Boolean)
    .join(' ');
  const onError = (error: unknown) => showToast({ kind: 'failed', text: problemText(error, 'mutation') });
  return (
    <Note
      kind="danger"
      title={title}
      actions={
        <>
          {location && isOffered(location.actions, 'repair') && (
            <Button
              size="small"
              variant="primary"
              icon={Wrench}
              disabledReason={reasonAgainst(location.actions, 'repair')}
              onClick={() => setAsking(true)}
            >
              {source === null ? t('repairCopy') : t('repairFrom', { source })}
            </Button>
          )}
          {failedCopy && isOffered(failedCopy.actions, 'retry') && (
            <Button
              size="small"
              icon={RotateCw}
              busy={action.isPending}
              disabledReason={reasonAgainst(failedCopy.actions, 'retry')}
              onClick={() => action.mutate({ id: failedCopy.id, action: 'retry' }, { onError })}
            >
              {t('tryAgain')}
            </Button>
          )}
          {location &&
            goodCount > 0 &&
            allowed(location.actions, 'remove') === true &&
            location.state !== 'active' && (
              <Button
                size="small"
                icon={Trash2}
                busy={remove.isPending}
                onClick={() => remove.mutate({ imageId: image.id, store: store.id }, { onError })}
              >
                {t('removeBadCopy', { store: store.id })}
              </Button>
            )}
        </>
      }
    >
      {details}
      {failedCopy?.request_id && (
        <div className="text-12 text-ink-3">
          <code>{failedCopy.request_id}</code>
        </div>
      )}
      {location && (
        <RepairDialog image={image} name={name} location={location} open={asking} onOpenChange={setAsking} />
      )}
    </Note>
  );
}
