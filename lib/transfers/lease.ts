import { leaseSeconds } from '#lib/contract/limits.ts';
import type { Queries, Transaction } from '#lib/db/database.ts';
import type { ImageRow, LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import { findImages } from '#lib/db/repositories/images.ts';
import { findLocationIn, updateLocation } from '#lib/db/repositories/locations.ts';
import {
  findImagesOfGroups,
  listHeld,
  listRunnableOfGroups,
  updateTransfer,
} from '#lib/db/repositories/transfers.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { Tenure, thisMoment, type Moment } from '#lib/stores/fenced-writer.ts';
import { HeldTransfer } from './held-transfer.ts';
import { perStoreLimit } from './limits.ts';
import type { Choice } from './queue.ts';
import { endTransfer } from './settle.ts';
import { recordTransfer } from './tell.ts';

/** Who holds a lease: the process on its machine, and which of all that ever had this number. */
export function holderName(runtime: Runtime): string {
  return `${process.pid}/${runtime.processId}`;
}

/** Names the groups that are to be taken, in the transaction that takes them. */
export type ChooseGroups = (q: Transaction, now: number) => Promise<Choice>;

/**
 * Takes what of these groups can run now, each transfer with a new fence that its location bears from here on: whoever
 * had it before can write nothing any more. A group is left out when somebody else was faster, or has taken the last
 * place of a store. Several in one transaction: what a lease costs is above all its commit.
 */
export async function leaseGroups(runtime: Runtime, choose: ChooseGroups): Promise<HeldTransfer[][]> {
  const askedAt = runtime.db.channel === null ? null : thisMoment();
  return await runtime.db.transaction(async (q) => {
    // Counting what runs and taking one more is one thing: two workers must not both see the last free place.
    await q.lock('transfers');
    const now = await q.now();
    const { groupIds, busy } = await choose(q, now);
    if (groupIds.length === 0) return [];
    const imageIds = await findImagesOfGroups(q, groupIds);
    await q.lock(...imageIds);
    const images = new Map((await findImages(q, imageIds)).map((image) => [image.id, image]));
    const rows = Map.groupBy(await listRunnableOfGroups(q, now, groupIds), (row) => row.group_id);
    const lease = { runtime, q, now, askedAt, images, busy: new Map(busy) };
    const groups: HeldTransfer[][] = [];
    for (const groupId of groupIds) {
      const held = await leaseGroup(lease, rows.get(groupId) ?? []);
      if (held.length > 0) groups.push(held);
    }
    return groups;
  });
}

/** What the leases of one transaction have in common. */
interface Lease {
  runtime: Runtime;
  q: Transaction;
  now: number;
  askedAt: Moment | null;
  images: ReadonlyMap<string, ImageRow>;
  /** By store; what is taken is counted in it. */
  busy: Map<string, number>;
}

async function leaseGroup(lease: Lease, rows: readonly TransferRow[]): Promise<HeldTransfer[]> {
  const { busy, askedAt } = lease;
  if (rows.some((row) => (busy.get(row.target_store) ?? 0) >= perStoreLimit)) return [];
  const held: HeldTransfer[] = [];
  for (const row of rows) {
    const taken = await leaseOne(lease, row, new Tenure(askedAt));
    if (taken === null) continue;
    held.push(taken);
    busy.set(row.target_store, (busy.get(row.target_store) ?? 0) + 1);
  }
  return held;
}

async function leaseOne(
  { runtime, q, now, images }: Lease,
  before: TransferRow,
  tenure: Tenure,
): Promise<HeldTransfer | null> {
  const image = images.get(before.image_id) ?? null;
  const location = before.kind === 'copy' ? await findTargetLocation(q, before) : null;
  if (image === null || (before.kind === 'copy' && location === null) || before.wish === 'cancel') {
    await endTransfer(runtime, q, before, {
      state: 'canceled',
      error: image === null ? 'The image was deleted.' : before.error,
    });
    return null;
  }
  if (before.wish === 'pause') {
    const paused = { state: 'paused' as const, wish: null, lease_holder: null, lease_expires_at: null };
    await updateTransfer(q, before.id, { ...paused, lease_fence: before.lease_fence + 1, updated_at: now });
    await recordTransfer(runtime, q, { ...before, ...paused, updated_at: now }, 'system');
    return null;
  }
  const fence = before.lease_fence + 1;
  const changes = {
    state: before.kind === 'verify' || location?.committed ? ('verifying' as const) : ('running' as const),
    attempts: before.attempts + 1,
    next_attempt_at: null,
    lease_holder: holderName(runtime),
    lease_fence: fence,
    lease_expires_at: now + leaseSeconds * 1000,
    bytes_verified: 0,
    updated_at: now,
  };
  await updateTransfer(q, before.id, changes);
  const row: TransferRow = { ...before, ...changes };
  let target: LocationRow | null = null;
  if (location !== null) {
    const written = {
      fence,
      state: location.committed ? location.state : ('writing' as const),
      error: null,
      updated_at: now,
    };
    await updateLocation(q, location, image.owner_id, written);
    target = { ...location, ...written };
  }
  await recordTransfer(runtime, q, row, 'system');
  return new HeldTransfer(row, target, runtime.now(), tenure);
}

/** The row that this transfer fills; null when it was removed meanwhile. */
export async function findTargetLocation(q: Queries, transfer: TransferRow): Promise<LocationRow | null> {
  const location = await findLocationIn(q, transfer.image_id, transfer.target_store);
  if (location === null || location.transfer_id !== transfer.id) return null;
  return ['writing', 'verifying', 'failed'].includes(location.state) ? location : null;
}

/**
 * On one machine the death of a process is known at once: what it held is waiting again, without the lease time.
 * `isAlive` says whether the process of that number lives.
 */
export async function takeOverDeadLeases(
  runtime: Runtime,
  isAlive: (pid: number) => boolean = isProcessAlive,
): Promise<number> {
  const dead = (await listHeld(runtime.db.read)).filter((row) => isDead(row.lease_holder, runtime, isAlive));
  if (dead.length === 0) return 0;
  await runtime.db.transaction(async (q) => {
    const now = runtime.now();
    for (const row of dead) {
      const changes = {
        state: 'queued' as const,
        lease_holder: null,
        lease_expires_at: null,
        lease_fence: row.lease_fence + 1,
        updated_at: now,
      };
      if (await updateTransfer(q, row.id, changes, row.lease_fence)) {
        await recordTransfer(runtime, q, { ...row, ...changes }, 'system');
      }
    }
  });
  return dead.length;
}

function isDead(holder: string | null, runtime: Runtime, isAlive: (pid: number) => boolean): boolean {
  if (holder === null) return true;
  const pid = Number(holder.split('/')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  // The same number with another name is a process that was here before (in a container, always number 1).
  return pid === process.pid ? holder !== holderName(runtime) : !isAlive(pid);
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
