import type { Runtime } from '../../runtime/runtime.ts';
import { findUpload } from '../../db/repositories/uploads.ts';
import { toUploadView } from './view.ts';

/** Tells whoever watches how an upload stands now. Progress is not replayed: the next message makes a lost one good. */
export function uploadChanged(runtime: Runtime, uploadId: string): void {
  if (!runtime.events.heard) return;
  void publish(runtime, uploadId).catch((error: unknown) => {
    runtime.log.warn({ err: error, upload: uploadId }, 'telling of an upload failed');
  });
}

async function publish(runtime: Runtime, uploadId: string): Promise<void> {
  const upload = await findUpload(runtime.db.read, uploadId);
  if (upload === null || upload.kind !== 'tus') return;
  const view = await toUploadView(runtime, upload);
  runtime.events.publish({ id: null, event: { type: 'upload', upload: view }, projectId: upload.project_id });
}

export function uploadGone(runtime: Runtime, upload: { id: string; project_id: string }): void {
  runtime.events.publish({
    id: null,
    event: { type: 'upload-gone', upload_id: upload.id },
    projectId: upload.project_id,
  });
}
