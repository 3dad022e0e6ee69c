'use client';

import { Pause, Play } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import { announce, spokenStep } from '#components/ui/live-region.tsx';
import { ThreeBar, ThreeNumbers } from '#components/ui/progress.tsx';
import { Bytes, useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { TransferTrouble, isBeingRetried } from '#components/transfers/trouble.tsx';
import { isOffered, reasonAgainst } from '#lib/client/allowed.ts';
import { percentOf } from '#lib/client/format.ts';
import { useTransferAction } from '#lib/client/queries/transfers.ts';
import type { TransferAction } from '#lib/client/queries/transfers.ts';
import type { TransferView } from '#lib/contract/transfers.ts';

/** A copy or a check on its way: three numbers, the time left, pause and cancel. */
export function TransferProgress({ transfer, name }: { transfer: TransferView; name: string }) {
  const t = useTranslations('images');
  const format = useFormat();
  const action = useTransferAction();
  const problemText = useProblemText();
  const durable = format.part(transfer.bytes_done, transfer.bytes_total);
  const isCheck = transfer.kind === 'verify';
  useSpokenProgress(transfer, name);
  const run = (verb: TransferAction) =>
    action.mutate(
      { id: transfer.id, action: verb },
      { onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }) },
    );
  const names = { name, store: transfer.target_store };
  const left = isBeingRetried(transfer)
    ? ''
    : transfer.state === 'queued'
      ? t('waitsForTurn')
      : transfer.state === 'paused'
        ? t('pausedSafe', { bytes: format.bytes(transfer.bytes_done) })
        : [
            transfer.rate !== null && format.rate(transfer.rate),
            transfer.eta_seconds !== null && t('timeLeft', { time: format.duration(transfer.eta_seconds) }),
          ]
            .filter(Boolean)
            .join(', ');
  return (
    <div className="grid gap-2">
      <ThreeBar
        sentBytes={transfer.bytes_sent}
        durableBytes={transfer.bytes_done}
        verifiedBytes={transfer.bytes_verified}
        totalBytes={transfer.bytes_total}
        state={transfer.state === 'paused' ? 'paused' : 'moving'}
        label={t(isCheck ? 'checkProgress' : 'copyProgress', names)}
        valueText={t('durableOf', durable)}
      />
      <TransferTrouble transfer={transfer} />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="max-w-[460px] min-w-[280px] flex-1">
          <ThreeNumbers
            sent={{
              label: transfer.source_store ? t('readFrom', { store: transfer.source_store }) : t('read'),
              value: <Bytes bytes={transfer.bytes_sent} precision="compare" />,
            }}
            durable={{
              label: t('durableIn', { store: transfer.target_store }),
              value: <Bytes bytes={transfer.bytes_done} precision="compare" />,
            }}
            verified={{
              label: t('verifiedBytes'),
              value: <Bytes bytes={transfer.bytes_verified} precision="compare" />,
            }}
          />
        </div>
        <span className="flex flex-wrap items-center gap-2">
          <span className="tn text-ink-2">{left}</span>
          {isOffered(transfer.actions, 'pause') && (
            <Button
              size="small"
              icon={Pause}
              disabledReason={reasonAgainst(transfer.actions, 'pause')}
              aria-label={t('pauseCopy', names)}
              onClick={() => run('pause')}
            >
              {t('pause')}
            </Button>
          )}
          {isOffered(transfer.actions, 'resume') && (
            <Button
              size="small"
              icon={Play}
              disabledReason={reasonAgainst(transfer.actions, 'resume')}
              aria-label={t('resumeCopy', names)}
              onClick={() => run('resume')}
            >
              {t('resume')}
            </Button>
          )}
          {isOffered(transfer.actions, 'cancel') && (
            <Button
              size="small"
              variant="ghost"
              disabledReason={reasonAgainst(transfer.actions, 'cancel')}
              aria-label={t('cancelCopy', names)}
              onClick={() => run('cancel')}
            >
              {t('cancelTransfer')}
            </Button>
          )}
        </span>
      </div>
    </div>
  );
}

/** 0, 25, 50, 75, 100 per cent are spoken, and nothing between. */
function useSpokenProgress(transfer: TransferView, name: string): void {
  const t = useTranslations('images');
  const before = useRef<number | null>(null);
  const percent = percentOf(transfer.bytes_done, transfer.bytes_total);
  useEffect(() => {
    const step = before.current === null ? null : spokenStep(before.current, percent);
    before.current = percent;
    if (step !== null) announce(t('spokenProgress', { name, store: transfer.target_store, percent: step }));
  }, [t, percent, name, transfer.target_store]);
}
