import type { UploadView } from '#lib/contract/uploads.ts';
import type { UploadList } from '#lib/contract/uploads.ts';
import { api, isApiError, sessionEndedEvent } from '../api.ts';
import { addresses } from '../paths.ts';
import type { UploadEngine } from './engine-contract.ts';
import { createUploadEngine } from './engine.ts';
import { dropHandle, keepHandle } from './file-handles.ts';
import { terminateUpload, tusTransport } from './tus-transport.ts';

let engine: UploadEngine | null = null;

/** The engine of this tab. One for as long as the tab lives: pages and sign-in come and go around it. */
export function uploadEngine(): UploadEngine {
  engine ??= createUploadEngine({
    openTransport: tusTransport(),
    terminate: (url) => terminateUpload(url),
    endpoint: new URL(addresses.tus, location.href).href,
    listUploads: async () => (await api<UploadList>(addresses.uploads)).uploads,
    findUpload,
    isOnline: () => navigator.onLine,
    onSignedOut: () => window.dispatchEvent(new Event(sessionEndedEvent)),
    onCreated: (uploadId, file) => void keepHandle(uploadId, file),
    onEnded: (uploadId) => void dropHandle(uploadId),
    now: () => Date.now(),
  });
  return engine;
}

async function findUpload(uploadId: string): Promise<UploadView | null> {
  try {
    return await api<UploadView>(addresses.upload(uploadId));
  } catch (error) {
    if (isApiError(error) && error.code === 'not_found') return null;
    throw error;
  }
}
