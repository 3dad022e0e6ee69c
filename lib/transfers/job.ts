import type { ImageRow, LocationRow } from '#lib/db/define-schema.ts';
import { findLocation, listLocations, updateLocation } from '#lib/db/repositories/locations.ts';
import { orderSources } from '#lib/domain/locations.ts';
import { pieceSizeBytes } from '#lib/contract/limits.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { systemActor } from '#lib/auth/actor.ts';
import { recordEvent } from '#lib/services/events/record.ts';
import { isStoreFault, type GuardedStore } from '#lib/stores/store.ts';
import type { HeldTransfer } from './held-transfer.ts';

/** Where a test may stop a worker as a crash would. */
export const steps = [
  'leased',
  'opened',
  'durable',
  'before-commit',
  'after-commit',
  'committed-recorded',
  'before-conclusion',
  'after-conclusion',
] as const;
export type Step = (typeof steps)[number];

export interface WorkerHooks {
  at?(step: Step, held: HeldTransfer): void | Promise<void>;
}

/** The work on one image that a worker does at a time. */
export interface Job {
  readonly runtime: Runtime;
  readonly image: ImageRow;
  readonly sizeBytes: number;
  /** BLAKE3 of every piece; null when not all are known. */
  readonly pieces: readonly string[] | null;
  readonly hooks: WorkerHooks;
  /** Locations that turned out wrong during this job. */
  readonly suspects: Set<string>;
}

export interface Source {
  location: LocationRow;
  store: GuardedStore;
}

export function completePieces(pieces: readonly (string | null)[], sizeBytes: number): string[] | null {
  const known = pieces.filter((piece): piece is string => piece !== null);
  return known.length === pieces.length && known.length === Math.ceil(sizeBytes / pieceSizeBytes)
    ? known
    : null;
}

/** Where the image can be read now, best first. Throws `store_unavailable` or `not_found` when there is nowhere. */
export async function listSources(job: Job): Promise<Source[]> {
  const { runtime, image } = job;
  const locations = await listLocations(runtime.db.read, [image.id]);
  const registered = new Map(runtime.stores.list().map((store) => [store.id, store]));
  const ordered = orderSources(
    locations.filter((location) => !job.suspects.has(location.id)),
    (storeId) => registered.get(storeId)?.definition.weight ?? 0,
  );
  const sources = ordered.flatMap((location) => {
    const store = registered.get(location.store_id);
    return store === undefined || store.state === 'unavailable' ? [] : [{ location, store: store.store }];
  });
  if (sources.length > 0) return sources;
  if (ordered.length > 0) {
    throw new StowageError('store_unavailable', 'No store that holds this image can be read now.', {
      remedy: 'It goes on by itself when one of them is back.',
    });
  }
  throw new StowageError('not_found', 'There is no good copy of this image left to read from.', {
    remedy: 'Restore one of its copies and have it verified, or upload the image again.',
  });
}

/** Never served again until somebody has it verified or copied anew. */
export async function markBroken(
  runtime: Runtime,
  image: Pick<ImageRow, 'id' | 'owner_id'>,
  locationId: string,
  state: 'corrupt' | 'missing',
  error: string,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await q.lock(image.id);
    const location = await findLocation(q, locationId);
    if (location === null || !['active', 'corrupt', 'missing'].includes(location.state)) return;
    await updateLocation(q, location, image.owner_id, {
      state,
      error,
      verified_at: null,
      updated_at: runtime.now(),
    });
    await recordEvent(
      { runtime, actor: systemActor, requestId: 'req-worker' },
      q,
      { type: 'image', image_id: image.id, change: 'updated' },
      image.owner_id,
    );
  });
  runtime.log.error(
    { image: image.id, location: locationId, state },
    'a stored copy is not what it should be',
  );
}

/** A source broke while it was read: when its object is gone or too short, it is no copy any more. */
export async function noteSourceFailure(job: Job, source: Source, error: unknown): Promise<void> {
  const { runtime, image, sizeBytes } = job;
  runtime.log.warn(
    { err: error, image: image.id, store: source.store.id },
    'a source broke while it was read',
  );
  if (!isStoreFault(error, 'not-found', 'short-read')) return;
  job.suspects.add(source.location.id);
  try {
    const stat = await source.store.stat(source.location.object_key);
    if (stat.sizeBytes === sizeBytes) return;
    const sentence = `The object has ${stat.sizeBytes} bytes instead of ${sizeBytes}.`;
    await markBroken(runtime, image, source.location.id, 'missing', sentence);
  } catch (failure) {
    if (!isStoreFault(failure, 'not-found')) return;
    await markBroken(
      runtime,
      image,
      source.location.id,
      'missing',
      'The object is not in the store any more.',
    );
  }
}
