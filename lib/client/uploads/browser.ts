import type { UploadView } from '#lib/contract/uploads.ts';
import type { UploadList } from '#lib/contract/uploads.ts';
import { api, isApiError, sessionEndedEvent } from '../api.ts';
import { addresses } from '../paths.ts';
import { renewalMark, renewalSince } from '../session-renewal.ts';
import type { UploadEngine } from './engine-contract.ts';
import { createUploadEngine } from './engine.ts';
import { dropHandle, keepHandle } from './file-handles.ts';
import { terminateUpload, tusTransport } from './tus-transport.ts';

let engine: UploadEngine | null = null;
/** Of the renewal after which an upload was last sent on. */
let mark = renewalMark();

/** The engine of this tab. One for as long as the tab lives: pages and sign-in come and go around it. */
export function uploadEngine(): UploadEngine {
  engine ??= createUploadEngine({
    openTransport: tusTransport(),
    terminate: (url) => terminateUpload(url),
    endpoint: new URL(addresses.tus, location.href).href,
    listUploads: async () => (await api<UploadList>(addresses.uploads)).uploads,
    findUpload,
    isOnline: () => navigator.onLine,
    onSignedOut: () => {
      const renewed = renewalSince(mark);
      mark = renewalMark();
      if (renewed === null) window.dispatchEvent(new Event(sessionEndedEvent));
      else void renewed.then(() => uploadEngine().signedIn());
    },
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
