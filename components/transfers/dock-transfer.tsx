'use client';

import { CircleCheck, CirclePause, OctagonX } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Icon } from '#components/ui/icon.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { pages } from '#lib/client/paths.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { TransferBar, TransferButtons, TransferWay, useTransferSentence } from './transfer-parts.tsx';
import { TransferTrouble, isBeingRetried } from './trouble.tsx';
import type { TransferControls } from './use-transfer-controls.tsx';

const marks = {
  paused: { icon: CirclePause, colour: 'text-ink-3' },
  failed: { icon: OctagonX, colour: 'text-danger' },
  done: { icon: CircleCheck, colour: 'text-ok' },
} as const;

/** One copy or verification in the dock. */
export function DockTransfer({
  transfer,
  controls,
  codeOf,
  onDismiss,
}: {
  transfer: TransferView;
  controls: TransferControls;
  codeOf(store: string): string;
  onDismiss(): void;
}) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const sentence = useTransferSentence();
  const mark = transfer.state in marks ? marks[transfer.state as keyof typeof marks] : null;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-line px-3.5 pt-2 pb-3 not-first:border-t not-first:pt-3">
      <div className="flex min-h-[26px] items-center gap-2">
        {mark && (
          <span className={mark.colour}>
            <Icon of={mark.icon} />
          </span>
        )}
        <span className="flex min-w-0 flex-1 items-center gap-2">
          <Link
            href={pages.image(transfer.image_id)}
            className="min-w-0 truncate font-[550] hover:underline"
            title={transfer.image_name ?? undefined}
          >
            {transfer.image_name ?? t('unnamed')}
          </Link>
          <TransferWay transfer={transfer} codeOf={codeOf} />
        </span>
        <TransferButtons transfer={transfer} controls={controls} onDismiss={onDismiss} />
      </div>
      {transfer.state !== 'done' && transfer.state !== 'canceled' && <TransferBar transfer={transfer} />}
      <TransferTrouble transfer={transfer} />
      {transfer.state !== 'failed' && !isBeingRetried(transfer) && (
        <div className="tn flex flex-wrap justify-between gap-x-3 text-12 text-ink-3">
          <span>{sentence(transfer)}</span>
          {transfer.rate !== null && (
            <span>
              {transfer.eta_seconds === null
                ? format.rate(transfer.rate)
                : `${format.rate(transfer.rate)}, ${format.duration(transfer.eta_seconds)}`}
            </span>
          )}
        </div>
      )}
    </li>
  );
}
