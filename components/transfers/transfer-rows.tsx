'use client';

import { ArrowRight } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { Code } from '#components/ui/berth.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Time, useFormat } from '#components/ui/quantity.tsx';
import type { UploadActions } from '#components/uploads/use-upload-actions.tsx';
import type { Deed } from '#lib/client/equivalents.ts';
import { pages } from '#lib/client/paths.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { TransferState, UploadState } from './states.tsx';
import { UploadButtons } from './dock-upload.tsx';
import { TransferBar, TransferButtons, TransferWay, useTransferSentence } from './transfer-parts.tsx';
import { TransferTrouble } from './trouble.tsx';
import { UploadBar, hasBar } from './upload-progress.tsx';
import { UploadTrouble, useUploadSentence } from './upload-sentence.tsx';
import { useTransferName } from './use-transfer-controls.tsx';
import type { TransferControls } from './use-transfer-controls.tsx';

const grid =
  'grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 px-4 rail:grid-cols-[minmax(130px,1.1fr)_120px_minmax(200px,1.5fr)_96px_72px_160px] rail:items-center rail:px-6';

export function TransferListHead() {
  const t = useTranslations('transfers');
  const cells = [t('columnImage'), t('columnWay'), t('columnProgress'), t('columnRate'), t('columnWhen')];
  return (
    <div role="rowgroup" className="max-rail:sr-only">
      <div role="row" className={`${grid} min-h-[34px] border-b border-line text-12 font-medium text-ink-3`}>
        {cells.map((cell, index) => (
          <span key={cell} role="columnheader" className={index > 2 ? 'rail:text-right' : undefined}>
            {cell}
          </span>
        ))}
        <span role="columnheader">
          <span className="sr-only">{t('columnActions')}</span>
        </span>
      </div>
    </div>
  );
}

function Row({
  name,
  meta,
  way,
  state,
  bar,
  sentence,
  trouble,
  rate,
  etaSeconds,
  since,
  buttons,
  deed,
  label,
}: {
  name: ReactNode;
  meta: ReactNode;
  way: ReactNode;
  state: ReactNode;
  bar: ReactNode;
  sentence: ReactNode;
  trouble: ReactNode;
  rate: number | null;
  etaSeconds: number | null;
  since: string | null;
  buttons: ReactNode;
  deed: Deed | null;
  /** Names the row's commands. */
  label: string;
}) {
  const t = useTranslations('transfers');
  const format = useFormat();
  return (
    <div role="row" className={`${grid} border-b border-line py-2.5 hover:bg-hover`}>
      <div role="cell" className="min-w-0">
        <div className="truncate font-[550]">{name}</div>
        <div className="truncate text-12 text-ink-3">{meta}</div>
      </div>
      <div
        role="cell"
        className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 max-rail:col-start-1 max-rail:row-start-2"
      >
        {way}
      </div>
      <div role="cell" className="grid min-w-0 gap-1.5 max-rail:col-span-2 max-rail:row-start-3">
        {bar}
        <div className="flex flex-wrap items-center gap-x-3 text-12">
          {state}
          <span className="tn text-ink-3">{sentence}</span>
        </div>
        {trouble}
      </div>
      <div
        role="cell"
        className="tn text-12 max-rail:col-span-2 max-rail:row-start-4 max-rail:flex max-rail:gap-3 max-rail:empty:hidden rail:text-right"
      >
        {rate !== null && <div>{format.rate(rate)}</div>}
        {etaSeconds !== null && <div className="text-ink-3">{format.duration(etaSeconds)}</div>}
      </div>
      <div
        role="cell"
        className="text-right text-12 text-ink-3 max-rail:col-start-2 max-rail:row-start-2 max-rail:self-center"
      >
        {since && <Time moment={since} as="age" />}
      </div>
      <div
        role="cell"
        className="flex flex-wrap items-center justify-end gap-0.5 max-rail:col-start-2 max-rail:row-start-1"
      >
        {buttons}
        {deed && <ProgramsButton deed={deed} label={t('programsLabel', { name: label })} />}
      </div>
    </div>
  );
}

/** A copy or verification as the list has it. */
export function TransferRow({
  transfer,
  controls,
  codeOf,
}: {
  transfer: TransferView;
  controls: TransferControls;
  codeOf(store: string): string;
}) {
  const t = useTranslations('transfers');
  const sentence = useTransferSentence(true);
  const name = useTransferName()(transfer);
  const ended = transfer.state === 'done' || transfer.state === 'canceled';
  const kind =
    transfer.kind === 'verify'
      ? t('kindVerify')
      : transfer.move_from !== null
        ? t('kindMove')
        : t('kindCopy');
  const action = (['pause', 'resume', 'retry', 'cancel'] as const).find(
    (verb) => transfer.actions[verb] === true,
  );
  return (
    <Row
      name={
        <Link href={pages.image(transfer.image_id)} className="hover:underline">
          {transfer.image_name ?? t('unnamed')}
        </Link>
      }
      meta={[
        kind,
        transfer.method === 'clone' && t('cloned'),
        transfer.attempts > 1 && t('attempts', { count: transfer.attempts }),
      ]
        .filter(Boolean)
        .join(', ')}
      way={<TransferWay transfer={transfer} codeOf={codeOf} />}
      state={<TransferState state={transfer.state} />}
      bar={ended ? null : <TransferBar transfer={transfer} />}
      sentence={transfer.state === 'failed' ? null : sentence(transfer)}
      trouble={<TransferTrouble transfer={transfer} />}
      rate={transfer.rate}
      etaSeconds={transfer.eta_seconds}
      since={transfer.finished_at ?? transfer.created_at}
      buttons={<TransferButtons transfer={transfer} controls={controls} />}
      deed={action ? { kind: 'steer-transfer', transfer: transfer.id, action } : null}
      label={name}
    />
  );
}

/** An upload beside them. */
export function UploadListRow({
  row,
  actions,
  codeOf,
}: {
  row: UploadRow;
  actions: UploadActions;
  codeOf(store: string): string;
}) {
  const t = useTranslations('transfers');
  const sentence = useUploadSentence(true);
  const client = row.task === null ? row.view?.client : null;
  return (
    <Row
      name={
        row.imageId === null ? (
          row.name
        ) : (
          <Link href={pages.image(row.imageId)} className="hover:underline">
            {row.name}
          </Link>
        )
      }
      meta={[t('kindUpload'), client && t('fromClient', { client })].filter(Boolean).join(', ')}
      way={
        <span className="inline-flex flex-wrap items-center gap-1 text-ink-3">
          {row.stores.length > 0 && <Icon of={ArrowRight} size="mark" />}
          {row.stores.map((store) => (
            <Code key={store}>{codeOf(store)}</Code>
          ))}
        </span>
      }
      state={<UploadState state={row.state} />}
      bar={hasBar(row) && <UploadBar row={row} />}
      sentence={row.state === 'failed' ? null : sentence(row, actions)}
      trouble={row.state === 'failed' && <UploadTrouble row={row} />}
      rate={row.rate}
      etaSeconds={row.etaSeconds}
      since={row.view?.created_at ?? null}
      buttons={<UploadButtons row={row} actions={actions} />}
      deed={row.view ? { kind: 'cancel-upload', upload: row.view.id } : null}
      label={row.name}
    />
  );
}
