import { randomUUID } from 'node:crypto';
import { assertHasProject } from '#lib/auth/actor.ts';
import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findImageRecord, insertImage, isUsedId, type ImageRecord } from '#lib/db/repositories/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { openQuota } from '../quotas/enforce.ts';
import { recordEvent } from '../events/record.ts';
import { assertDraft, assertMayBecomeDraft, type ImageDraft } from './draft.ts';

export interface NewImageRecord extends Omit<ImageDraft, 'ownerId'> {
  /** Null: made. */
  id: string | null;
  /** Null: the caller's project. Another one only by administrators. */
  ownerId: string | null;
}

/** The record of an image without data, status `queued`. `conflict` when the id is or was taken, by whomever. */
export async function createImage(
  ctx: Context,
  { id, ownerId, ...rest }: NewImageRecord,
): Promise<ImageRecord> {
  const { runtime, actor } = ctx;
  if (ownerId === null) assertHasProject(actor);
  const draft: ImageDraft = { ...rest, ownerId: ownerId ?? actor.projectId };
  if (draft.ownerId !== actor.projectId && !actor.administrator) {
    throw new StowageError(
      'forbidden',
      `You are not permitted to create images owned by '${draft.ownerId}'.`,
      { field: 'owner' },
    );
  }
  const imageId = id ?? randomUUID();
  assertCan(actor, 'add_image', { owner_id: draft.ownerId, visibility: 'private' }, imageId);
  assertDraft(draft);
  assertMayBecomeDraft(actor, null, draft);
  const quota = await openQuota(runtime, draft.ownerId);
  const now = runtime.now();
  return await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(imageId);
    if (id !== null && (await isUsedId(q, id))) {
      throw new StowageError('conflict', `Image ID ${imageId} already exists!`, { field: 'id' });
    }
    const row = {
      id: imageId,
      name: draft.name,
      status: 'queued' as const,
      disk_format: draft.diskFormat,
      container_format: draft.containerFormat,
      size_bytes: null,
      virtual_size_bytes: null,
      visibility: draft.visibility,
      protected: draft.protected,
      hidden: draft.hidden,
      owner_id: draft.ownerId,
      md5: null,
      sha512: null,
      min_disk_gib: draft.minDiskGib,
      min_ram_mib: draft.minRamMib,
      format_detail: null,
      safety: null,
      failed_import: null,
      created_at: now,
      updated_at: now,
    };
    await insertImage(q, row, draft.tags, draft.properties);
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'created' }, draft.ownerId);
    const record = await findImageRecord(q, imageId);
    if (record === null) throw new Error('the image was not written');
    return record;
  });
}
