'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { announce, spokenStep } from '#components/ui/live-region.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { percentOf } from '#lib/client/format.ts';
import { pages } from '#lib/client/paths.ts';
import { useUploads } from '#lib/client/queries/uploads.ts';
import { onServerEvent } from '#lib/client/server-events.ts';
import { uploadEngine } from '#lib/client/uploads/browser.ts';
import { needsThisBrowser } from '#lib/client/uploads/task.ts';
import type { UploadTask } from '#lib/client/uploads/task.ts';
import { holdUploading } from '#lib/client/uploads/uploading-tabs.ts';
import { useUploadTasks } from './use-upload-tasks.ts';

/** How long a finished upload stays in the dock. */
const doneStaysMilliseconds = 8_000;

/** Ties the engine to the server's news, to the line, to the session and to the tab; shows nothing itself. */
export function EngineBridge() {
  const { data: uploads } = useUploads();
  useEffect(() => {
    if (uploads) uploadEngine().applyList(uploads);
  }, [uploads]);

  useEffect(() => {
    const engine = uploadEngine();
    // Where this stands somebody is signed in: the shell shows pages to nobody else.
    engine.signedIn();
    const online = () => engine.lineIsBack();
    window.addEventListener('online', online);
    const stop = onServerEvent((event) => {
      if (event.type === 'upload') engine.applyView(event.upload);
      if (event.type === 'upload-gone') engine.applyGone(event.upload_id);
    });
    return () => {
      window.removeEventListener('online', online);
      stop();
    };
  }, []);

  const tasks = useUploadTasks();
  useLeaveGuard(tasks);
  useSpokenProgress(tasks);
  useFarewell(tasks);
  return null;
}

/** Closing the tab stops what it sends. The browser asks in its own words; ours stand on the page behind the question. */
function useLeaveGuard(tasks: readonly UploadTask[]) {
  const t = useTranslations('uploads');
  const format = useFormat();
  const latest = useRef({ tasks, t, format });
  useEffect(() => {
    latest.current = { tasks, t, format };
  });
  const guards = tasks.some(needsThisBrowser);
  useEffect(() => (guards ? holdUploading() : undefined), [guards]);
  useEffect(() => {
    if (!guards) return;
    const warn = (event: BeforeUnloadEvent) => {
      event.preventDefault();
      const moving = latest.current.tasks.filter(needsThisBrowser);
      const sum = (of: (task: UploadTask) => number) => moving.reduce((bytes, task) => bytes + of(task), 0);
      showToast({
        id: 'leaving',
        text: latest.current.t(
          'leaveToast',
          latest.current.format.part(
            sum((task) => task.durableBytes),
            sum((task) => task.sizeBytes),
          ),
        ),
      });
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [guards]);
}

/** At 0, 25, 50, 75 and 100 per cent, and on failure at once. */
function useSpokenProgress(tasks: readonly UploadTask[]) {
  const t = useTranslations('uploads');
  const format = useFormat();
  const spoken = useRef(new Map<string, { percent: number | null; state: UploadTask['state'] }>());
  useEffect(() => {
    for (const task of tasks) {
      const before = spoken.current.get(task.id);
      const percent = percentOf(task.durableBytes, task.sizeBytes);
      spoken.current.set(task.id, { percent, state: task.state });
      if (task.state === 'failed' && before?.state !== 'failed') {
        announce(t('announceFailed', { name: task.name }));
      } else if (task.state === 'checking' && before?.state !== 'checking') {
        announce(t('announceSent', { name: task.name }));
      } else if (task.state === 'sending' && percent < 100) {
        const step = spokenStep(before?.percent ?? null, percent);
        if (step !== null)
          announce(t('announceProgress', { name: task.name, percent: format.percent(step) }));
      }
    }
  }, [tasks, t, format]);
}

/** Says that an image is there, and takes its upload out of the dock a little later. */
function useFarewell(tasks: readonly UploadTask[]) {
  const t = useTranslations('uploads');
  const told = useRef(new Set<string>());
  useEffect(() => {
    for (const task of tasks) {
      if (task.state !== 'done' || told.current.has(task.id)) continue;
      told.current.add(task.id);
      showToast({
        text: t.rich('doneToast', {
          name: task.name,
          stores: task.stores.join(', '),
          strong: (chunks) => <b className="font-[550]">{chunks}</b>,
        }),
        ...(task.imageId && {
          action: (
            <Link href={pages.image(task.imageId)} className="text-accent-ink hover:underline">
              {t('open')}
            </Link>
          ),
        }),
      });
      setTimeout(() => uploadEngine().dismiss(task.id), doneStaysMilliseconds);
    }
  }, [tasks, t]);
}
