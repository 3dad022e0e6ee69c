import type { TransferView } from './transfers.ts';
import type { UploadView } from './uploads.ts';

/**
 * What `/api/events` sends: `event: <type>`, `id: <number that only grows>`, `data: <JSON>`. Progress events carry the
 * whole view and have no id (a missed one is made good by the next); changes have one and are replayed after
 * `Last-Event-ID`. `reset` says that the gap was too long: fetch again what is on the screen.
 */
export type ServerEvent =
  | { type: 'image'; image_id: string; change: 'created' | 'updated' | 'deleted' }
  | { type: 'store'; store: string }
  | { type: 'transfer'; transfer: TransferView }
  | { type: 'upload'; upload: UploadView }
  | { type: 'upload-gone'; upload_id: string }
  | { type: 'reset' };

export type ServerEventType = ServerEvent['type'];
export const serverEventTypes = [
  'image',
  'store',
  'transfer',
  'upload',
  'upload-gone',
  'reset',
] as const satisfies readonly ServerEventType[];
