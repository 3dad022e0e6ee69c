import { assertCan } from '#lib/auth/policy.ts';
import { updateImage as updateImageRow, writeProperties, writeTags } from '#lib/db/repositories/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { openQuota, type Quota } from '../quotas/enforce.ts';
import { assertDraft, assertMayBecomeDraft, type ImageDraft } from './draft.ts';
import { getImageRecord, type SeenRecord } from './get.ts';

/**
 * Changes what people may set of an image. `edit` is pure and gets the image as it is inside the transaction, so that
 * two changes at the same time are both kept. What it returns unchanged is not written.
 */
export async function updateImage(
  ctx: Context,
  imageId: string,
  edit: (draft: ImageDraft) => ImageDraft,
): Promise<SeenRecord> {
  const { runtime, actor } = ctx;
  const quota = await quotaOfNewOwner(ctx, imageId, edit);
  return await runtime.db.transaction(async (q) => {
    quota?.enforce(q);
    await q.lock(imageId);
    const before = await getImageRecord(q, actor, imageId);
    assertCan(actor, 'modify_image', before, imageId);
    const was = toDraft(before);
    const draft = edit(was);
    assertDraft(draft);
    assertMayBecomeDraft(actor, before, draft);
    const { tags, properties, membership, ...row } = before;
    const after = await updateImageRow(q, row, {
      name: draft.name,
      visibility: draft.visibility,
      protected: draft.protected,
      hidden: draft.hidden,
      owner_id: draft.ownerId,
      min_disk_gib: draft.minDiskGib,
      min_ram_mib: draft.minRamMib,
      disk_format: draft.diskFormat,
      container_format: draft.containerFormat,
      updated_at: runtime.now(),
    });
    if (draft.tags !== was.tags) await writeTags(q, imageId, draft.tags);
    if (draft.properties !== was.properties) await writeProperties(q, imageId, draft.properties);
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, after.owner_id);
    return {
      ...after,
      membership,
      tags: draft.tags === was.tags ? tags : [...new Set(draft.tags)],
      properties: draft.properties === was.properties ? properties : { ...draft.properties },
    };
  });
}

/** Who is given an image must have room for it. Null: it stays with its owner. */
async function quotaOfNewOwner(
  { runtime, actor }: Context,
  imageId: string,
  edit: (draft: ImageDraft) => ImageDraft,
): Promise<Quota | null> {
  // Nobody else can give images away, so nobody else pays for asking.
  if (!actor.administrator) return null;
  const before = await getImageRecord(runtime.db.read, actor, imageId);
  const { ownerId } = edit(toDraft(before));
  return ownerId === before.owner_id ? null : await openQuota(runtime, ownerId);
}

function toDraft(record: SeenRecord): ImageDraft {
  return {
    name: record.name,
    visibility: record.visibility,
    protected: record.protected,
    hidden: record.hidden,
    ownerId: record.owner_id,
    minDiskGib: record.min_disk_gib,
    minRamMib: record.min_ram_mib,
    diskFormat: record.disk_format,
    containerFormat: record.container_format,
    tags: record.tags,
    properties: record.properties,
  };
}
