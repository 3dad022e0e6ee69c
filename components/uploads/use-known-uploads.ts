'use client';

import { useMemo } from 'react';
import { useUploads } from '#lib/client/queries/uploads.ts';
import type { UploadView } from '#lib/contract/uploads.ts';
import { useUploadTasks } from './use-upload-tasks.ts';

/** Unfinished uploads of the server that this tab is not busy with: a file that is dropped may go on with one of them. */
export function useKnownUploads(): readonly UploadView[] {
  const { data } = useUploads();
  const tasks = useUploadTasks();
  return useMemo(() => {
    const busy = new Set(tasks.filter(({ state }) => state !== 'failed').map(({ uploadId }) => uploadId));
    return (data ?? []).filter((upload) => upload.state === 'receiving' && !busy.has(upload.id));
  }, [data, tasks]);
}
