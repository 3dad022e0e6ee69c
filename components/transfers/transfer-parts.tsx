'use client';

import { ArrowRight, Pause, Play, RotateCw, X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Code } from '#components/ui/berth.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { ThreeBar } from '#components/ui/progress.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { hasEnded } from '#lib/client/queries/transfers.ts';
import type { TransferAction } from '#lib/client/queries/transfers.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { useTransferName } from './use-transfer-controls.tsx';
import type { TransferControls } from './use-transfer-controls.tsx';

/** NVM → ARC, or the one store that is verified. */
export function TransferWay({ transfer, codeOf }: { transfer: TransferView; codeOf(store: string): string }) {
  return (
    <span className="inline-flex flex-none items-center gap-1 text-ink-3">
      {transfer.kind === 'copy' && transfer.source_store && (
        <>
          <Code>{codeOf(transfer.source_store)}</Code>
          <Icon of={ArrowRight} size="mark" />
        </>
      )}
      <Code>{codeOf(transfer.target_store)}</Code>
    </span>
  );
}

export function TransferBar({ transfer }: { transfer: TransferView }) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const name = useTransferName();
  const verify = transfer.kind === 'verify';
  return (
    <ThreeBar
      sentBytes={transfer.bytes_sent}
      durableBytes={verify ? transfer.bytes_verified : transfer.bytes_done}
      verifiedBytes={transfer.bytes_verified}
      totalBytes={transfer.bytes_total}
      state={
        transfer.state === 'failed'
          ? 'failed'
          : transfer.state === 'paused' || transfer.state === 'canceled'
            ? 'paused'
            : 'moving'
      }
      label={t('barLabel', { name: name(transfer) })}
      valueText={
        verify
          ? t('verifiedOnly', format.part(transfer.bytes_verified, transfer.bytes_total, 'compare'))
          : t('barText', format.part(transfer.bytes_done, transfer.bytes_total, 'compare'))
      }
    />
  );
}

/** "42.4 of 48.7 GiB durable, 40.9 verified", or how it ended; `beside` its state in a word, without that word. */
export function useTransferSentence(beside = false): (transfer: TransferView) => string {
  const t = useTranslations('transfers');
  const format = useFormat();
  return (transfer) => {
    const verified = format.part(transfer.bytes_verified, transfer.bytes_total, 'compare');
    switch (transfer.state) {
      case 'done':
        return transfer.bytes_verified > 0
          ? t('copyDone', { store: transfer.target_store })
          : t('copyDoneUnverified', { store: transfer.target_store });
      case 'canceled':
        return t('copyCanceled');
      case 'queued':
        if (!beside) return t('queued');
        return t('durableOnly', format.part(transfer.bytes_done, transfer.bytes_total, 'compare'));
      case 'paused':
        return t(
          beside ? 'safeHere' : 'pausedHere',
          format.part(transfer.bytes_done, transfer.bytes_total, 'compare'),
        );
      default:
        if (transfer.kind === 'verify') return t('verifiedOnly', verified);
        return t('durableVerified', {
          ...format.part(transfer.bytes_done, transfer.bytes_total, 'compare'),
          verified: verified.done,
        });
    }
  };
}

const icons: Record<TransferAction, LucideIcon> = { pause: Pause, resume: Play, cancel: X, retry: RotateCw };

/** Only what the server says is possible; what is not possible now says why. */
export function TransferButtons({
  transfer,
  controls,
  onDismiss,
}: {
  transfer: TransferView;
  controls: TransferControls;
  /** Where an ended one may be taken out of the list. */
  onDismiss?: (() => void) | undefined;
}) {
  const t = useTranslations('transfers');
  const name = useTransferName()(transfer);
  const labels: Record<TransferAction, string> = {
    pause: t('pause', { name }),
    resume: t('goOn', { name }),
    cancel: t('cancel', { name }),
    retry: t('retry', { name }),
  };
  const button = (action: TransferAction) => {
    const allowed = transfer.actions[action];
    if (allowed === undefined) return null;
    const reason = allowed === true ? null : allowed;
    const busy = controls.isBusy(transfer, action);
    const press = () => controls.act(transfer, action);
    return action === 'retry' ? (
      <Button
        key={action}
        size="small"
        icon={RotateCw}
        busy={busy}
        disabledReason={reason}
        aria-label={labels.retry}
        onClick={press}
      >
        {t('tryAgain')}
      </Button>
    ) : (
      <IconButton
        key={action}
        icon={icons[action]}
        size="small"
        label={labels[action]}
        busy={busy}
        disabledReason={reason}
        onClick={press}
      />
    );
  };
  const ended = hasEnded(transfer);
  return (
    <span className="flex flex-none items-center gap-0.5">
      {button('retry')}
      {button('pause')}
      {button('resume')}
      {(!ended || !onDismiss) && button('cancel')}
      {ended && onDismiss && (
        <IconButton icon={X} size="small" label={t('dismiss', { name })} onClick={onDismiss} />
      )}
    </span>
  );
}
