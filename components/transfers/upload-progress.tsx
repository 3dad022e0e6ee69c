'use client';

import { useTranslations } from 'next-intl';
import { Stages, ThreeBar, ThreeNumbers } from '#components/ui/progress.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { percentOf } from '#lib/client/format.ts';
import { standingOf } from '#lib/client/uploads/upload-rows.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';

/** A bar says what is kept: nothing of what failed for good, and what is done needs none. */
export function hasBar({ state, task }: UploadRow): boolean {
  if (state === 'done') return false;
  const kind = task === null ? 'ended' : task.problem?.kind;
  return state !== 'failed' || (kind !== 'ended' && kind !== 'gone');
}

/** Durable bytes as a bar, with what was sent and what is verified. */
export function UploadBar({ row }: { row: UploadRow }) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const standing = standingOf(row.state);
  return (
    <ThreeBar
      sentBytes={row.sentBytes}
      durableBytes={row.durableBytes}
      verifiedBytes={row.verifiedBytes}
      totalBytes={row.totalBytes}
      state={standing === 'paused' ? 'paused' : standing === 'failed' ? 'failed' : 'moving'}
      label={t('barLabel', { name: row.name })}
      valueText={
        row.totalBytes === null
          ? t('barTextUnknown', { done: format.bytes(row.durableBytes) })
          : t('barText', format.part(row.durableBytes, row.totalBytes, 'compare'))
      }
    />
  );
}

/** The three numbers and the four stages, for the upload that is looked at. */
export function UploadDetail({ row }: { row: UploadRow }) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const figure = (bytes: number) =>
    row.totalBytes === null
      ? format.bytes(bytes)
      : `${format.part(bytes, row.totalBytes, 'compare').done} ${unitOf(format.bytes(row.totalBytes))}`;
  return (
    <>
      <ThreeNumbers
        sent={{ label: t('sent'), value: figure(row.sentBytes) }}
        durable={{ label: t('durable'), value: figure(row.durableBytes) }}
        verified={{ label: t('verified'), value: figure(row.verifiedBytes) }}
      />
      <Stages stages={useStages(row)} />
    </>
  );
}

function unitOf(text: string): string {
  return text.split('\u00a0')[1] ?? '';
}

/** Receive until every byte is durable, check until the whole is proved, then store and activate. */
function useStages(row: UploadRow) {
  const t = useTranslations('transfers');
  const total = row.totalBytes ?? 0;
  const received = total > 0 && row.durableBytes >= total;
  const checked = received && row.verifiedBytes >= total;
  const done = row.state === 'done';
  const at = done ? 4 : checked ? 2 : received ? 1 : 0;
  const percents = [percentOf(row.durableBytes, total), percentOf(row.verifiedBytes, total), 0, 0];
  return [t('receive'), t('check'), t('storeStage'), t('activate')].map((name, index) => ({
    name,
    state: index < at ? ('done' as const) : index === at ? ('now' as const) : ('later' as const),
    ...(index === at && { percent: percents[index] ?? 0 }),
  }));
}
