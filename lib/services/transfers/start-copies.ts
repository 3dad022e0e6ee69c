import { randomUUID } from 'node:crypto';
import { assertCan } from '#lib/auth/policy.ts';
import { isStowageError, StowageError } from '#lib/contract/errors.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import { findImage, updateImage } from '#lib/db/repositories/images.ts';
import { insertLocation, listLocations } from '#lib/db/repositories/locations.ts';
import { insertTransfer, listOpenTransfersOfImage, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { isGoodCopy, isReadable } from '#lib/domain/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { markForRemoval, removeUnlessLast } from '#lib/transfers/conclude.ts';
import { newTargetLocation } from '#lib/transfers/settle.ts';
import { recordTransfer } from '#lib/transfers/tell.ts';
import { getImage } from '../images/get.ts';
import { openQuota } from '../quotas/enforce.ts';
import { assertRoom, lockRoom } from '../stores/assert-room.ts';
import { toTransferViews } from './view.ts';

export interface CopyRequest {
  imageId: string;
  stores: readonly string[];
  /** Its copy goes once every copy of this request is proved. */
  moveFrom?: string | undefined;
  /** Asked for by `import` of the Images API, which shows how it goes on the image. */
  byImport?: boolean;
  /** Of the transfers that are begun; made if absent. */
  groupId?: string;
  /** One that fails takes what the others brought with it. */
  allStoresMustSucceed?: boolean;
  /** Also into a store that cannot be reached now: its transfer tries until it can, or until a person looks. */
  whenBack?: boolean;
  /** Told of a store that refuses, which is then left out; without it the whole request is refused. */
  onRefused?(storeId: string, error: StowageError): void;
}

/**
 * Starts one transfer for each store that does not hold the image yet, all of one group, so that its bytes are read
 * once. A store that is being filled already answers with the transfer that fills it; asking twice changes nothing.
 * Throws `not_found`, `forbidden`, `wrong_state` (image not active), `unknown_store`, `store_unavailable`,
 * `store_read_only`, `store_full` (the store's quota), `quota_exceeded` (the limits of the image's project).
 */
export async function startCopies(ctx: Context, request: CopyRequest): Promise<TransferView[]> {
  const { runtime, actor } = ctx;
  const image = await getImage(runtime.db.read, actor, request.imageId);
  const quota = await openQuota(runtime, image.owner_id);
  const rows = await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    return await planCopies(ctx, q, request);
  });
  return await toTransferViews(ctx, rows);
}

/** The same inside a transaction of the caller, so that the intent is in the commit that gave the reason for it. */
export async function planCopies(ctx: Context, q: Transaction, request: CopyRequest): Promise<TransferRow[]> {
  const { runtime } = ctx;
  const stores = [...new Set(request.stores)];
  await q.lock(request.imageId);
  await lockRoom(runtime, q, stores);
  const image = await getCopyableImage(ctx, q, request);
  const locations = await listLocations(q, [image.id]);
  const living = new Map(
    locations.filter(({ state }) => state !== 'deleting').map((location) => [location.store_id, location]),
  );
  assertMoveSource(ctx, living, request, stores);
  const open = await listOpenTransfersOfImage(q, image.id);
  const plan = new CopyPlan(ctx, q, image, request, [...living.values()].some(isReadable));
  for (const storeId of stores) {
    try {
      await plan.add(
        storeId,
        living.get(storeId),
        open.find((row) => row.target_store === storeId),
      );
    } catch (error) {
      if (request.onRefused === undefined || !isStowageError(error)) throw error;
      if (error.code === 'database_unavailable') throw error;
      request.onRefused(storeId, error);
    }
  }
  await plan.finish();
  if (plan.rows.length === 0 && request.moveFrom !== undefined) {
    const isGone = await removeUnlessLast(runtime, q, image, request.moveFrom);
    if (!isGone && request.onRefused === undefined) throw nowhereToMove(request.moveFrom);
  }
  if (request.byImport) await forgetFailures(ctx, q, image.id);
  q.afterCommit(() => runtime.worker.kick());
  return plan.rows;
}

async function getCopyableImage(
  ctx: Context,
  q: Transaction,
  { imageId, byImport = false }: CopyRequest,
): Promise<ImageRow> {
  const image = await getImage(q, ctx.actor, imageId);
  assertCan(ctx.actor, 'copy_image', image, imageId);
  const isReady = image.status === 'active' || (byImport && image.status === 'importing');
  if (!isReady || image.size_bytes === null) {
    throw new StowageError('wrong_state', `The image is ${image.status}; only an active one can be copied.`);
  }
  return image;
}

function assertMoveSource(
  { runtime }: Context,
  living: ReadonlyMap<string, LocationRow>,
  { moveFrom }: CopyRequest,
  stores: readonly string[],
): void {
  if (moveFrom === undefined) return;
  runtime.stores.get(moveFrom);
  if (stores.includes(moveFrom)) {
    throw new StowageError('bad_request', `An image cannot be moved from "${moveFrom}" to itself.`, {
      field: 'move_from',
    });
  }
  const source = living.get(moveFrom);
  if (source === undefined) {
    throw new StowageError('wrong_state', `This image has no copy in the store "${moveFrom}" to move away.`, {
      remedy: 'Leave move_from out, or name a store that holds it.',
      field: 'move_from',
    });
  }
  if (source.state === 'writing' || source.state === 'verifying') {
    throw new StowageError('wrong_state', `The copy in the store "${moveFrom}" is still being written.`, {
      remedy: 'Wait until its transfer is done, or cancel that: then nothing is left there to move away.',
      field: 'move_from',
    });
  }
}

function nowhereToMove(moveFrom: string): StowageError {
  return new StowageError(
    'wrong_state',
    `The copy in the store "${moveFrom}" stays: none of these stores has a proved copy.`,
    { remedy: 'Wait until another copy is proved, or have one verified.', field: 'move_from' },
  );
}

/** Collects the transfers of one request inside its transaction. */
class CopyPlan {
  readonly rows: TransferRow[] = [];
  readonly #ctx: Context;
  readonly #q: Transaction;
  readonly #image: ImageRow;
  readonly #request: CopyRequest;
  readonly #canRead: boolean;
  readonly #groupId: string;

  /** `canRead`: some copy of the image can be read from. */
  constructor(ctx: Context, q: Transaction, image: ImageRow, request: CopyRequest, canRead: boolean) {
    this.#canRead = canRead;
    this.#ctx = ctx;
    this.#q = q;
    this.#image = image;
    this.#request = request;
    this.#groupId = request.groupId ?? randomUUID();
  }

  /** Refuses, if it does, before it has written anything. */
  async add(storeId: string, held: LocationRow | undefined, open: TransferRow | undefined): Promise<void> {
    const { runtime } = this.#ctx;
    runtime.stores.get(storeId);
    if (open !== undefined) {
      await this.#join(open);
      return;
    }
    if (held !== undefined && ['active', 'writing', 'verifying'].includes(held.state)) {
      // A move leaves only when every copy is proved, so one that is not has to be read first.
      const isDoubtful = held.state === 'active' && !isGoodCopy(held);
      if (this.#request.moveFrom !== undefined && isDoubtful) await this.#insert(storeId, 'verify');
      return;
    }
    const isBeyondReach = runtime.stores.get(storeId).state === 'unavailable';
    if (!isBeyondReach || !this.#request.whenBack) runtime.stores.writable(storeId);
    await assertRoom(runtime, this.#q, storeId, this.#image.size_bytes ?? 0);
    if (held !== undefined && !this.#canRead) throw nothingToReadFrom();
    // What is broken or failed is written anew under another key; the remover takes the old one.
    if (held !== undefined) await markForRemoval(runtime, this.#q, held, this.#image.owner_id);
    const row = await this.#insert(storeId, 'copy');
    await insertLocation(this.#q, newTargetLocation(row, 0, runtime.now()), this.#image.owner_id);
  }

  async finish(): Promise<void> {
    if (!this.rows.some((row) => row.group_id === this.#groupId)) return;
    await recordEvent(
      this.#ctx,
      this.#q,
      { type: 'image', image_id: this.#image.id, change: 'updated' },
      this.#image.owner_id,
    );
  }

  async #join(open: TransferRow): Promise<void> {
    const moveFrom = this.#request.moveFrom ?? null;
    if (moveFrom !== null && open.move_from === null) {
      await updateTransfer(this.#q, open.id, { move_from: moveFrom, updated_at: this.#ctx.runtime.now() });
      this.rows.push({ ...open, move_from: moveFrom });
    } else {
      this.rows.push(open);
    }
  }

  async #insert(storeId: string, kind: 'copy' | 'verify'): Promise<TransferRow> {
    const row = newTransfer(this.#ctx, this.#image, {
      kind,
      groupId: this.#groupId,
      storeId,
      moveFrom: this.#request.moveFrom ?? null,
      byImport: this.#request.byImport ?? false,
      allStoresMustSucceed: this.#request.allStoresMustSucceed ?? false,
    });
    await insertTransfer(this.#q, row);
    await recordTransfer(this.#ctx.runtime, this.#q, row, this.#ctx.actor.userId);
    this.rows.push(row);
    return row;
  }
}

/** A broken copy may be all that is left of an image: it stays until another one can be read. */
function nothingToReadFrom(): StowageError {
  return new StowageError('wrong_state', 'There is no good copy of this image left to read from.', {
    remedy: 'Have the broken copy verified, or restore one; what is stored of it is kept.',
  });
}

export function newTransfer(
  { runtime, actor, requestId }: Context,
  image: ImageRow,
  wish: {
    kind: 'copy' | 'verify';
    groupId: string;
    storeId: string;
    moveFrom: string | null;
    byImport: boolean;
    allStoresMustSucceed: boolean;
  },
): TransferRow {
  const now = runtime.now();
  return {
    id: randomUUID(),
    group_id: wish.groupId,
    kind: wish.kind,
    image_id: image.id,
    image_name: image.name,
    project_id: image.owner_id,
    source_store: wish.kind === 'verify' ? wish.storeId : null,
    target_store: wish.storeId,
    move_from: wish.moveFrom,
    state: 'queued',
    wish: null,
    method: null,
    bytes_sent: 0,
    bytes_done: 0,
    bytes_verified: 0,
    bytes_total: image.size_bytes ?? 0,
    attempts: 0,
    next_attempt_at: null,
    error: null,
    remedy: null,
    by_import: wish.byImport,
    all_stores_must_succeed: wish.allStoresMustSucceed,
    request_id: requestId,
    created_by: actor.userName,
    lease_holder: null,
    lease_fence: 0,
    lease_expires_at: null,
    created_at: now,
    updated_at: now,
    finished_at: null,
  };
}

/** The list tells of the last import; it is there from the first one on. */
async function forgetFailures(ctx: Context, q: Transaction, imageId: string): Promise<void> {
  const image = await findImage(q, imageId);
  if (image === null) return;
  await updateImage(q, image, { failed_import: [], updated_at: ctx.runtime.now() });
}
