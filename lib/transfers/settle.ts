/**
 * What a worker writes about a transfer that it holds. Every function is one transaction that begins by reading the
 * rows again: it writes only while the transfer bears the worker's fence and the location is still this transfer's to
 * fill; otherwise it throws `lease_lost` and the worker lets go without another word.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import {
  findLocation,
  insertLocation,
  updateLocation,
  type LocationChanges,
} from '#lib/db/repositories/locations.ts';
import { findTransfer, updateTransfer, type TransferChanges } from '#lib/db/repositories/transfers.ts';
import { isHeld } from '#lib/domain/transfer-state.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import type { DurablePoint } from '#lib/stores/store.ts';
import type { HeldTransfer } from './held-transfer.ts';
import { settleImport } from './settle-import.ts';
import { settleLocation } from './settle-location.ts';
import { recordTransfer } from './tell.ts';

export function leaseLost(): StowageError {
  return new StowageError('lease_lost', 'Another worker has taken this transfer over, or it has ended.');
}

export interface Current {
  row: TransferRow;
  image: ImageRow;
  /** Of a copy: what it fills. Null for a verification. */
  location: LocationRow | null;
}

export interface Changes {
  transfer: Omit<TransferChanges, 'updated_at'>;
  location?: Omit<LocationChanges, 'updated_at'>;
}

/** Reads, lets `decide` say what changes, writes; tells when the state is another one. */
export async function changeHeld(
  runtime: Runtime,
  held: HeldTransfer,
  decide: (q: Transaction, current: Current) => Promise<Changes> | Changes,
): Promise<void> {
  let row = held.row;
  let location = held.location;
  await runtime.db.transaction(async (q) => {
    await q.lock(held.row.image_id);
    const current = await readCurrent(q, held);
    const changes = await decide(q, current);
    const now = runtime.now();
    if (changes.location !== undefined && current.location !== null) {
      const written = { ...changes.location, updated_at: now };
      if (!(await updateLocation(q, current.location, current.image.owner_id, written, held.fence))) {
        throw leaseLost();
      }
      location = { ...current.location, ...written };
    }
    const written = { ...changes.transfer, updated_at: now };
    if (!(await updateTransfer(q, held.id, written, held.fence))) throw leaseLost();
    row = { ...current.row, ...written };
    if (row.state !== current.row.state || row.method !== current.row.method) {
      await recordTransfer(runtime, q, row, 'system');
    }
    if (row.state === 'done') await settleTask(runtime, q, row);
  });
  held.row = row;
  held.location = location;
}

async function readCurrent(q: Transaction, held: HeldTransfer): Promise<Current> {
  const row = await findTransfer(q, held.id);
  if (row === null || row.lease_fence !== held.fence || !isHeld(row.state)) throw leaseLost();
  const image = await findImage(q, row.image_id);
  if (image === null) throw new StowageError('gone', 'The image was deleted.');
  if (held.location === null) return { row, image, location: null };
  const location = await findLocation(q, held.location.id);
  if (location === null || (location.state !== 'writing' && location.state !== 'verifying')) {
    throw new StowageError('gone', 'The copy was removed while it was being written.');
  }
  if (location.fence !== held.fence) throw leaseLost();
  return { row, image, location };
}

/** What the target has made durable: from here it goes on after anything. */
export async function recordDurable(
  runtime: Runtime,
  held: HeldTransfer,
  point: DurablePoint,
): Promise<void> {
  await changeHeld(runtime, held, () => ({
    transfer: {
      bytes_done: point.durableBytes,
      bytes_sent: Math.max(held.meter.sentBytes, point.durableBytes),
      // Something went forward, so what failed before is no reason to give up soon.
      ...(point.durableBytes > held.row.bytes_done ? { attempts: 1 } : {}),
    },
    location: { bytes: point.durableBytes, resume_state: point.resumeState },
  }));
  held.meter.durable(point.durableBytes);
}

/** The object stands under its key; what is left is to prove it, or to make it count. */
export async function recordCommitted(
  runtime: Runtime,
  held: HeldTransfer,
  sizeBytes: number,
): Promise<void> {
  await changeHeld(runtime, held, () => ({
    transfer: { state: 'verifying', bytes_done: sizeBytes, bytes_sent: sizeBytes },
    location: { state: 'verifying', committed: true, bytes: sizeBytes, resume_state: null },
  }));
  held.meter.durable(sizeBytes);
}

export async function recordMethod(
  runtime: Runtime,
  held: HeldTransfer,
  method: 'clone' | 'stream',
  sourceStore: string,
): Promise<void> {
  if (held.row.method === method && held.row.source_store === sourceStore) return;
  await changeHeld(runtime, held, () => ({ transfer: { method, source_store: sourceStore } }));
}

/**
 * Once more from byte 0: what was written is left to the remover under its old key, and a new object is named before
 * its first byte.
 */
export async function startAfresh(runtime: Runtime, held: HeldTransfer, why: string): Promise<void> {
  const fresh = newTargetLocation(held.row, held.fence, runtime.now());
  await changeHeld(runtime, held, async (q, { location, image }) => {
    if (location === null) throw new Error('a verification writes no location');
    await updateLocation(q, location, image.owner_id, {
      state: 'deleting',
      transfer_id: null,
      next_attempt_at: null,
      error: why,
      updated_at: runtime.now(),
    });
    await insertLocation(q, fresh, image.owner_id);
    return { transfer: { state: 'running', bytes_sent: 0, bytes_done: 0, bytes_verified: 0 } };
  });
  held.location = fresh;
  held.meter.restart(runtime.now());
  runtime.reconciler.kick();
}

/** The intent: named in the database before the first byte, with a key that was never used and never will be again. */
export function newTargetLocation(
  transfer: Pick<TransferRow, 'id' | 'image_id' | 'target_store' | 'bytes_total'>,
  fence: number,
  now: number,
): LocationRow {
  return {
    id: randomUUID(),
    image_id: transfer.image_id,
    store_id: transfer.target_store,
    object_key: `${transfer.image_id}-${randomBytes(9).toString('hex')}`,
    state: 'writing',
    bytes: 0,
    resume_state: null,
    committed: false,
    reserved_bytes: transfer.bytes_total,
    staged: false,
    upload_id: null,
    transfer_id: transfer.id,
    fence,
    verified_at: null,
    error: null,
    attempts: 0,
    next_attempt_at: null,
    created_at: now,
    updated_at: now,
  };
}

/** What went wrong, for people, and what they can do about it. */
export interface Trouble {
  error: string | null;
  remedy?: string | null;
}

export type Release =
  { to: 'queued'; attempts?: number; nextAttemptAt?: number | null; trouble?: Trouble } | { to: 'paused' };

/** Lets go without ending: whoever takes it next goes on at the durable offset. */
export async function releaseHeld(runtime: Runtime, held: HeldTransfer, release: Release): Promise<void> {
  await changeHeld(runtime, held, (_, { row }) => ({
    transfer: {
      state: release.to,
      wish: release.to === 'paused' ? null : row.wish,
      lease_holder: null,
      lease_expires_at: null,
      bytes_sent: row.bytes_done,
      bytes_verified: 0,
      ...(release.to === 'queued'
        ? {
            attempts: release.attempts ?? Math.max(0, row.attempts - 1),
            next_attempt_at: release.nextAttemptAt ?? null,
            error: release.trouble?.error ?? null,
            remedy: release.trouble?.remedy ?? null,
          }
        : { attempts: Math.max(0, row.attempts - 1) }),
    },
  }));
}

export interface End extends Trouble {
  state: 'failed' | 'canceled';
}

/**
 * Ends a transfer in a transaction that has just read it. A canceled copy leaves nothing in its store; a failed one
 * keeps its bytes, so that trying again goes on where it stopped.
 */
export async function endTransfer(
  runtime: Runtime,
  q: Transaction,
  row: TransferRow,
  end: End,
): Promise<TransferRow> {
  const now = runtime.now();
  const changes = {
    state: end.state,
    error: end.error,
    remedy: end.remedy ?? null,
    wish: null,
    lease_holder: null,
    lease_expires_at: null,
    // Whoever still works on it finds another number and lets go.
    lease_fence: row.lease_fence + 1,
    next_attempt_at: null,
    bytes_verified: 0,
    finished_at: now,
    updated_at: now,
  };
  await updateTransfer(q, row.id, changes);
  const after = { ...row, ...changes };
  await recordTransfer(runtime, q, after, 'system');
  await settleTask(runtime, q, after);
  return after;
}

/** Whoever began it by the Images API is told by its task. */
async function settleTask(runtime: Runtime, q: Transaction, ended: TransferRow): Promise<void> {
  await settleImport(runtime, q, ended);
  await settleLocation(runtime, q, ended);
}
