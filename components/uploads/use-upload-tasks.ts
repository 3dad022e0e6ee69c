'use client';

import { useSyncExternalStore } from 'react';
import { uploadEngine } from '#lib/client/uploads/browser.ts';
import type { UploadTask } from '#lib/client/uploads/task.ts';

const none: readonly UploadTask[] = [];
const subscribe = (listener: () => void) => uploadEngine().subscribe(listener);

/** What this tab is uploading. */
export function useUploadTasks(): readonly UploadTask[] {
  return useSyncExternalStore(
    subscribe,
    () => uploadEngine().getTasks(),
    () => none,
  );
}
