'use client';

import { CirclePause, Play } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { isOffered, reasonAgainst } from '#lib/client/allowed.ts';
import { useTransferAction } from '#lib/client/queries/transfers.ts';
import type { ImageView } from '#lib/contract/images.ts';

/**
 * Why an image stays `importing`: somebody has paused what fills it, and neither it nor the program that asked for it
 * goes on until that does.
 */
export function WaitingNote({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const format = useFormat();
  const action = useTransferAction();
  const problemText = useProblemText();
  const paused = image.transfers.filter(({ state, kind }) => state === 'paused' && kind === 'copy');
  if (image.status !== 'importing' || paused.length === 0) return null;
  const stores = format.list(paused.map(({ target_store }) => target_store));
  const resumable = paused.filter(({ actions }) => isOffered(actions, 'resume'));
  const safe = paused.reduce((sum, { bytes_done }) => sum + bytes_done, 0);
  const goOn = () => {
    for (const { id } of resumable) {
      action.mutate(
        { id, action: 'resume' },
        { onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }) },
      );
    }
  };
  return (
    <div className="px-4 pb-3 rail:px-6">
      <Note
        kind="warn"
        icon={CirclePause}
        title={t('importWaits', { stores, count: paused.length })}
        actions={
          resumable.length > 0 && (
            <Button
              size="small"
              icon={Play}
              busy={action.isPending}
              disabledReason={reasonAgainst(resumable[0]?.actions ?? {}, 'resume')}
              onClick={goOn}
            >
              {t('importGoOn', { stores })}
            </Button>
          )
        }
      >
        {t('importWaitsBody', { bytes: format.bytes(safe) })}{' '}
        {resumable.length === 0 && t('importWaitsForOperator')}
      </Note>
    </div>
  );
}
