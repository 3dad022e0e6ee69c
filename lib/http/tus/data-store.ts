import type { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/utils';
import { StowageError } from '../../contract/errors.ts';
import { uploadExpirySeconds } from '../../contract/limits.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { appendToUpload } from '../../services/uploads/append.ts';
import { createUpload } from '../../services/uploads/create.ts';
import { declareLength } from '../../services/uploads/declare-length.ts';
import { assertMayWrite, getUpload } from '../../services/uploads/get.ts';
import { removeUpload } from '../../services/uploads/remove.ts';
import { tusCall } from './call.ts';

/** @tus/server's view of our uploads. Which call it is for is in `tusCall()`. */
export class StowageDataStore extends DataStore {
  override extensions = [
    'creation',
    'creation-with-upload',
    'creation-defer-length',
    'checksum',
    'expiration',
    'termination',
  ];

  override async create(upload: Upload): Promise<Upload> {
    const call = tusCall();
    const row = await createUpload(call.ctx, {
      id: upload.id,
      lengthBytes: upload.size ?? null,
      metadata: Object.fromEntries(
        Object.entries(upload.metadata ?? {}).map(([key, value]) => [key, value ?? null]),
      ),
    });
    call.imageId = row.image_id;
    if (row.length_bytes === 0) await this.#append(row.id, 0);
    return toTus(row);
  }

  override async getUpload(id: string): Promise<Upload> {
    const call = tusCall();
    const row = await getUpload(call.ctx, id, 'read');
    call.upload = row;
    // All its bytes may have come before it failed: an offset at the end would read as success.
    if (row.state === 'failed') {
      throw new StowageError('wrong_state', row.error ?? 'This upload is ended by an error.', {
        remedy: row.remedy ?? undefined,
      });
    }
    return toTus(row);
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    // It is empty: the bytes come through `body`, without the hops over web streams.
    stream.resume();
    const { ctx, upload } = tusCall();
    if (upload?.id === id) assertMayWrite(ctx.actor);
    else await getUpload(ctx, id, 'write');
    return await this.#append(id, offset);
  }

  async #append(uploadId: string, offset: number): Promise<number> {
    const { ctx, body } = tusCall();
    const appended = await appendToUpload(ctx, { uploadId, offset, next: (signal) => body.next(signal) });
    return appended.offset;
  }

  override async declareUploadLength(id: string, lengthBytes: number): Promise<void> {
    await declareLength(tusCall().ctx, { uploadId: id, lengthBytes });
  }

  override async remove(id: string): Promise<void> {
    await removeUpload(tusCall().ctx, id);
  }

  override getExpiration(): number {
    return uploadExpirySeconds * 1000;
  }

  override async deleteExpired(): Promise<number> {
    throw new StowageError('not_supported', 'The reconciler removes expired uploads.');
  }
}

/** tus counts expiry from the creation; ours moves with every byte, so the creation is told accordingly. */
function toTus(row: UploadRow): Upload {
  return new Upload({
    id: row.id,
    size: row.length_bytes ?? undefined,
    offset: row.offset_bytes,
    metadata: row.metadata,
    creation_date: new Date(row.expires_at - uploadExpirySeconds * 1000).toISOString(),
  });
}
