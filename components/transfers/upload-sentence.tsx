'use client';

import { useTranslations } from 'next-intl';
import { useOnline } from '#components/shell/use-online.ts';
import { useFormat } from '#components/ui/quantity.tsx';
import { usePhrase } from '#components/ui/use-phrase.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import type { UploadProblem } from '#lib/client/uploads/task.ts';
import type { UploadActions } from '#components/uploads/use-upload-actions.tsx';
import { Trouble } from './trouble.tsx';

/** How the upload stands, in a sentence that says first what is safe; `beside` its state in a word, without that word. */
export function useUploadSentence(beside = false): (row: UploadRow, actions: UploadActions) => string {
  const t = useTranslations('transfers');
  const format = useFormat();
  const phrase = usePhrase();
  const online = useOnline();
  return (row, actions) => {
    const part = format.part(row.durableBytes, row.totalBytes ?? row.durableBytes, 'compare');
    switch (row.state) {
      case 'waiting':
        if (row.task?.problem?.kind === 'too-many') return t('waitsForRoom');
        return beside ? t('durableOnly', part) : t('waitingTurn');
      case 'paused':
        return beside ? t('safeHere', part) : t('pausedHere', part);
      case 'offline': {
        if (!online) return t('noLine', part);
        const problem = row.task?.problem;
        const reason = problem?.detail ? phrase(problem.phrases?.sentence, problem.detail) : storeError(row);
        return reason === null ? t('offline', part) : t('waitsBecause', { ...part, reason });
      }
      case 'signed-out':
        return t('signedOut', part);
      case 'checking':
        return t('checking', part);
      case 'done':
        if (row.stores.length === 0) return '';
        return t('isIn', { stores: row.stores.join(', ') });
      case 'elsewhere':
        return row.view?.client ? t('sentElsewhere', { client: row.view.client }) : t('sentSomewhere');
      case 'left':
        if (beside) return actions.hasFileAtHand(row) ? t('safeAtHand', part) : t('safePick', part);
        if (actions.hasFileAtHand(row)) return t('pausedAtHand', part);
        return row.view?.client
          ? t('pausedElsewhere', { ...part, client: row.view.client })
          : t('pausedSomewhere', part);
      case 'failed':
      case 'sending':
        return t('durableOnly', part);
    }
  };
}

/** Why a store takes no more of it, where the answer itself was lost. */
function storeError(row: UploadRow): string | null {
  const failed = row.view?.stores.find(({ error }) => error !== null);
  return failed === undefined ? null : `${failed.store}: ${failed.error}`;
}

/** What stopped it: where it stands, what happened, what to do. */
export function UploadTrouble({ row }: { row: UploadRow }) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const phrase = usePhrase();
  const problem: UploadProblem = row.task?.problem ?? {
    kind: 'ended',
    detail: row.view?.error ?? null,
    remedy: row.view?.remedy ?? null,
    requestId: null,
  };
  const part = format.part(row.durableBytes, row.totalBytes ?? row.durableBytes, 'compare');
  const own = {
    gone: t('problemGone'),
    'busy-elsewhere': t('problemBusy'),
    unreadable: t('problemUnreadable'),
    refused: t('problemRefused'),
    ended: t('problemRefused'),
    'too-many': t('waitsForRoom'),
  }[problem.kind];
  const what = problem.detail === null ? own : phrase(problem.phrases?.sentence, problem.detail);
  return (
    <Trouble
      what={problem.kind === 'ended' ? what : `${t('stoppedAt', part)} ${what}`}
      remedy={problem.remedy && phrase(problem.phrases?.remedy, problem.remedy)}
      requestId={problem.requestId}
    />
  );
}
