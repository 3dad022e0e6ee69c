'use client';

import { CircleCheck, CirclePause, FolderOpen, OctagonX, Pause, Play, RotateCw, X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import type { UploadActions } from '#components/uploads/use-upload-actions.tsx';
import { pages } from '#lib/client/paths.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import { UploadBar, UploadDetail, hasBar } from './upload-progress.tsx';
import { UploadTrouble, useUploadSentence } from './upload-sentence.tsx';

/** One upload in the dock; with `detailed` its three numbers and stages. */
export function DockUpload({
  row,
  actions,
  detailed,
  codes,
}: {
  row: UploadRow;
  actions: UploadActions;
  detailed: boolean;
  /** Codes of its stores: "NVM, ARC". */
  codes: string;
}) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const sentence = useUploadSentence();
  const moving = row.state === 'sending' || row.state === 'elsewhere' || row.state === 'checking';
  const mark = marks[row.state];
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-line px-3.5 pt-2 pb-3 not-first:border-t not-first:pt-3">
      <div className="flex min-h-[26px] items-center gap-2">
        {mark && (
          <span className={mark.colour}>
            <Icon of={mark.icon} />
          </span>
        )}
        <span className="min-w-0 flex-1 truncate font-[550]" title={row.name}>
          {row.state === 'done' && row.imageId ? (
            <Link href={pages.image(row.imageId)} className="hover:underline">
              {row.name}
            </Link>
          ) : (
            row.name
          )}
        </span>
        <span className="flex flex-none items-center gap-0.5">
          <UploadButtons row={row} actions={actions} />
        </span>
      </div>
      {hasBar(row) && <UploadBar row={row} />}
      {detailed && moving && <UploadDetail row={row} />}
      {row.state === 'failed' ? (
        <UploadTrouble row={row} />
      ) : (
        <div className="tn flex flex-wrap justify-between gap-x-3 text-12 text-ink-3">
          <span>
            {detailed && row.state === 'sending'
              ? t('ofTotalTo', { total: format.bytes(row.totalBytes ?? 0), stores: codes })
              : sentence(row, actions)}
          </span>
          {row.rate !== null && moving && (
            <span>
              {row.etaSeconds === null
                ? format.rate(row.rate)
                : t('rateLeft', { rate: format.rate(row.rate), time: format.duration(row.etaSeconds) })}
            </span>
          )}
        </div>
      )}
    </li>
  );
}

const marks: Partial<Record<UploadRow['state'], { icon: LucideIcon; colour: string }>> = {
  paused: { icon: CirclePause, colour: 'text-ink-3' },
  left: { icon: CirclePause, colour: 'text-ink-3' },
  'signed-out': { icon: CirclePause, colour: 'text-ink-3' },
  failed: { icon: OctagonX, colour: 'text-danger' },
  done: { icon: CircleCheck, colour: 'text-ok' },
};

/** What can be done with it now; the last one always ends it. */
export function UploadButtons({ row, actions }: { row: UploadRow; actions: UploadActions }) {
  const t = useTranslations('transfers');
  const { name, state, task } = row;
  const comparing = actions.isComparing(row);
  const small = (icon: LucideIcon, label: string, press: () => void) => (
    <IconButton icon={icon} size="small" label={label} onClick={press} />
  );
  const dismissible = state === 'failed' && (row.view === null || row.view.state === 'failed');
  const stopped = state === 'failed' || state === 'offline';
  const failedStores = stopped ? (row.view?.stores.filter(({ error }) => error !== null) ?? []) : [];
  const others = (row.view?.stores.length ?? 0) - failedStores.length;
  return (
    <>
      {(state === 'sending' || state === 'waiting' || state === 'offline') &&
        small(Pause, t('pause', { name }), () => actions.pause(row))}
      {state === 'paused' && small(Play, t('goOn', { name }), () => actions.goOn(row))}
      {state === 'left' &&
        (actions.hasFileAtHand(row) ? (
          <Button
            size="small"
            icon={Play}
            busy={comparing}
            aria-label={t('goOn', { name })}
            onClick={() => actions.goOn(row)}
          >
            {t('goOnShort')}
          </Button>
        ) : (
          <PickButton row={row} actions={actions} />
        ))}
      {failedStores.length > 0 &&
        others > 0 &&
        failedStores.map(({ store }) => (
          <Button key={store} size="small" onClick={() => actions.goOnWithout(row, store)}>
            {t('without', { store })}
          </Button>
        ))}
      {state === 'failed' &&
        task !== null &&
        (task.problem?.kind === 'unreadable' ? (
          <PickButton row={row} actions={actions} />
        ) : (
          <Button
            size="small"
            icon={RotateCw}
            aria-label={t('retry', { name })}
            onClick={() => actions.retry(row)}
          >
            {t('tryAgain')}
          </Button>
        ))}
      {dismissible || state === 'done'
        ? small(X, t('dismiss', { name }), () => actions.dismiss(row))
        : state !== 'checking' && small(X, t('cancel', { name }), () => actions.cancel(row))}
    </>
  );
}

function PickButton({ row, actions }: { row: UploadRow; actions: UploadActions }) {
  const t = useTranslations('transfers');
  return (
    <Button
      size="small"
      icon={FolderOpen}
      busy={actions.isComparing(row)}
      aria-label={t('pickFileFor', { name: row.name })}
      onClick={() => actions.pickFile(row)}
    >
      {t('pickFile')}
    </Button>
  );
}
