import { randomUUID } from 'node:crypto';
import { systemActor } from '#lib/auth/actor.ts';
import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, LocationRow, StagedFile, UploadRow } from '#lib/db/define-schema.ts';
import { findImage, updateImage } from '#lib/db/repositories/images.ts';
import { listLocationsOfUpload, updateLocation } from '#lib/db/repositories/locations.ts';
import { findUploadsOfImage, updateUpload } from '#lib/db/repositories/uploads.ts';
import { judgeImport, type ImportPlan } from '#lib/domain/imports.ts';
import type { Context } from '#lib/runtime/context.ts';
import { concludeImport } from '#lib/transfers/settle-import.ts';
import { getImage } from '../images/get.ts';
import { openQuota } from '../quotas/enforce.ts';
import { planCopies } from '../transfers/start-copies.ts';
import { assertFormats } from '../uploads/prove.ts';
import { toProved } from '../uploads/to-active.ts';
import { assertNoTask, beginTask } from './begin-task.ts';
import { chooseImportStores } from './choose-stores.ts';
import type { ImportRequest } from './copy-image.ts';

/** Until its import has ended, nothing of what is staged expires. */
const never = Number.MAX_SAFE_INTEGER;

interface Staged {
  upload: UploadRow;
  file: StagedFile;
  location: LocationRow;
}

/**
 * Glance's import by `glance-direct`: what was staged becomes the image. In the store where it lies it needs no second
 * copy; into all others one read of it goes. An import that fails leaves the image `queued` and the staged bytes where
 * they are: it can be imported again (also into other stores), uploaded into, or deleted.
 */
export async function importStaged(ctx: Context, imageId: string, request: ImportRequest): Promise<void> {
  const { owner_id } = await getImage(ctx.runtime.db.read, ctx.actor, imageId);
  const quota = await openQuota(ctx.runtime, owner_id);
  await ctx.runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(imageId);
    const image = await getImage(q, ctx.actor, imageId);
    assertCan(ctx.actor, 'modify_image', image, imageId);
    if (image.status === 'active') {
      throw new StowageError('wrong_state', 'Image with status active cannot be target for import');
    }
    const staged = await findStaged(q, imageId);
    if (staged === null || !['uploading', 'queued'].includes(image.status)) {
      if (image.status === 'importing') await assertNoTask(q, imageId);
      throw new StowageError(
        'wrong_state',
        "Image needs to be staged before 'glance-direct' method can be used",
        { remedy: 'Send the bytes first (PUT …/stage), and wait until that has ended.' },
      );
    }
    for (const [name, value] of [
      ['container_format', image.container_format],
      ['disk_format', image.disk_format],
    ] as const) {
      if (value === null) throw new StowageError('conflict', `'${name}' needs to be set before import`);
    }
    await assertNoTask(q, imageId);
    assertFormats(image, staged.file.inspection);
    const { membership: _, ...row } = image;
    await begin(ctx, q, row, staged, request);
  });
}

async function findStaged(q: Transaction, imageId: string): Promise<Staged | null> {
  const upload = (await findUploadsOfImage(q, imageId)).find(
    ({ kind, state }) => kind === 'stage' && state === 'done',
  );
  if (upload === undefined || upload.staged === null) return null;
  const location = (await listLocationsOfUpload(q, upload.id)).find(({ state }) => state === 'active');
  return location === undefined ? null : { upload, file: upload.staged, location };
}

async function begin(
  ctx: Context,
  q: Transaction,
  before: ImageRow,
  { upload, file, location }: Staged,
  request: ImportRequest,
): Promise<void> {
  const { runtime } = ctx;
  const stores = chooseImportStores(ctx, request.stores);
  const plan: ImportPlan = {
    method: 'glance-direct',
    stores,
    allStoresMustSucceed: request.allStoresMustSucceed,
    groupId: randomUUID(),
    stagedIn: location.store_id,
  };
  const now = runtime.now();
  const image = await updateImage(q, before, {
    ...toProved(before, file, now),
    failed_import: [],
    status: 'importing',
  });
  await updateUpload(q, upload.id, { expires_at: never, updated_at: now });
  const task = await beginTask(ctx, q, {
    type: 'api_image_import',
    image,
    input: { image_id: image.id, import_req: request.body, backend: stores },
    plan,
  });
  // Where it lies already and is to stay, it waits no longer.
  if (stores.includes(location.store_id)) {
    await updateLocation(q, location, image.owner_id, { staged: false, updated_at: now });
  }
  const others = stores.filter((store) => store !== location.store_id);
  // Whoever may import need not be allowed to copy for that.
  const actor = { ...systemActor, userName: ctx.actor.userName };
  const transfers =
    others.length === 0
      ? []
      : await planCopies({ ...ctx, actor }, q, {
          imageId: image.id,
          stores: others,
          byImport: true,
          groupId: plan.groupId,
          allStoresMustSucceed: plan.allStoresMustSucceed,
          whenBack: !plan.allStoresMustSucceed,
        });
  const verdict = judgeImport(
    plan,
    stores.map((store) => ({
      store,
      state: transfers.find((row) => row.target_store === store)?.state ?? 'here',
      error: null,
    })),
  );
  const current = await findImage(q, image.id);
  if (current === null) throw new Error('the image is gone while its lock is held');
  await concludeImport(runtime, q, { task, plan, image: current, verdict });
}
