/**
 * The transfers of one image that a worker leased together, from where their rows say they stand to their end. Each
 * ends settled: done, put back, paused, failed or canceled. Never rejects.
 */
import { StowageError } from '#lib/contract/errors.ts';
import { findImage, listPieces } from '#lib/db/repositories/images.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { FencedWriter } from '#lib/stores/fenced-writer.ts';
import { isStoreFault, type GuardedStore, type ObjectWriter } from '#lib/stores/store.ts';
import { cloneCopy, findCloneSource } from './clone-copy.ts';
import { concludeProved, type FoundHashes } from './conclude.ts';
import type { HeldTransfer } from './held-transfer.ts';
import {
  completePieces,
  listSources,
  noteSourceFailure,
  type Job,
  type Source,
  type WorkerHooks,
} from './job.ts';
import { settle } from './outcome.ts';
import { judgeSource, readBack, wrongBytes } from './read-back.ts';
import { changeHeld, recordCommitted, recordMethod, startAfresh } from './settle.ts';
import { streamCopy, type StreamTarget } from './stream-copy.ts';
import { verifyLocation } from './verify-location.ts';

/** How often one lease begins again with other bytes before it gives the turn to others. */
const roundLimit = 4;

export async function runGroup(
  runtime: Runtime,
  transfers: readonly HeldTransfer[],
  hooks: WorkerHooks,
): Promise<void> {
  try {
    const first = transfers[0];
    const image = first === undefined ? null : await findImage(runtime.db.read, first.row.image_id);
    if (image === null || image.size_bytes === null) {
      throw new StowageError('gone', 'The image was deleted.');
    }
    const sizeBytes = image.size_bytes;
    const pieces = completePieces(await listPieces(runtime.db.read, image.id), sizeBytes);
    const job: Job = { runtime, image, sizeBytes, pieces, hooks, suspects: new Set() };
    for (const held of transfers) await hooks.at?.('leased', held);
    const copies = transfers.filter(({ row }) => row.kind === 'copy');
    const verifications = transfers.filter(({ row }) => row.kind === 'verify');
    await Promise.all([
      copies.length > 0 ? runCopies(job, copies) : null,
      ...verifications.map((held) => alone(job, held, () => verifyLocation(job, held))),
    ]);
  } catch (error) {
    await Promise.all(transfers.map((held) => settle(runtime, held, error)));
  }
}

/** Whatever goes wrong in the work on one transfer is the end of that one alone. */
async function alone(job: Job, held: HeldTransfer, work: () => Promise<void>): Promise<void> {
  try {
    held.signal.throwIfAborted();
    await work();
  } catch (error) {
    await settle(job.runtime, held, error);
  }
}

async function runCopies(job: Job, all: readonly HeldTransfer[]): Promise<void> {
  let waiting = [...all];
  for (let round = 1; waiting.length > 0; round += 1) {
    const again: HeldTransfer[] = [];
    await runRound(job, waiting, (held) => again.push(held));
    waiting = [];
    for (const held of again) {
      await alone(job, held, async () => {
        if (round >= roundLimit) throw wrongBytes(held.row.target_store, 0);
        await startAfresh(job.runtime, held, 'It held bytes that were not those of the image.');
        waiting.push(held);
      });
    }
  }
}

async function runRound(
  job: Job,
  transfers: readonly HeldTransfer[],
  again: (held: HeldTransfer) => void,
): Promise<void> {
  const streams: { held: HeldTransfer; store: GuardedStore }[] = [];
  const clones: { held: HeldTransfer; store: GuardedStore; source: Source }[] = [];
  const complete: { held: HeldTransfer; store: GuardedStore }[] = [];
  for (const held of transfers) {
    await alone(job, held, async () => {
      const store = job.runtime.stores.writable(held.row.target_store);
      if (await isPublished(job, held, store)) return void complete.push({ held, store });
      const sources = await listSources(job);
      const source = await findCloneSource(store, sources);
      if (source === null) streams.push({ held, store });
      else clones.push({ held, store, source });
    });
  }
  const proveByReading = (held: HeldTransfer, store: GuardedStore, source: Source | null) =>
    alone(job, held, () => proveStored(job, held, store, source, again));
  await Promise.all([
    ...complete.map(({ held, store }) => proveByReading(held, store, null)),
    ...clones.map(async ({ held, store, source }) => {
      let isCloned = false;
      await alone(job, held, async () => {
        isCloned = await tryClone(job, held, store, source);
      });
      if (isCloned) await proveByReading(held, store, source);
      else if (!held.isSettled) await streamAll(job, [{ held, store }], again);
    }),
    ...[...groupByOffset(streams)].map((targets) => streamAll(job, targets, again)),
  ]);
}

/** After a crash between publishing and telling the database, the object is there already. */
async function isPublished(job: Job, held: HeldTransfer, store: GuardedStore): Promise<boolean> {
  const { target } = held;
  try {
    const stat = await store.stat(target.object_key, { signal: held.signal });
    if (stat.sizeBytes === job.sizeBytes) {
      // The commit may have been cut off before its last step: what it wrote under is nobody's to name from now on.
      await store.discard(target.object_key, target.resume_state, { signal: held.signal });
      return true;
    }
    await startAfresh(job.runtime, held, `The object had ${stat.sizeBytes} bytes.`);
    return false;
  } catch (error) {
    if (!isStoreFault(error, 'not-found')) throw error;
    if (target.committed) await startAfresh(job.runtime, held, 'The object was gone.');
    return false;
  }
}

/** False: the stores cannot do it after all, so the bytes go through here. */
async function tryClone(job: Job, held: HeldTransfer, store: GuardedStore, source: Source): Promise<boolean> {
  await recordMethod(job.runtime, held, 'clone', source.store.id);
  try {
    await cloneCopy(job, held, source, store);
    return true;
  } catch (error) {
    held.signal.throwIfAborted();
    if (isStoreFault(error, 'unsupported')) {
      if (held.target.bytes > 0) await startAfresh(job.runtime, held, 'It was begun another way.');
      else await store.discard(held.target.object_key, null);
      return false;
    }
    if (isStoreFault(error) && error.storeId === source.store.id) {
      await noteSourceFailure(job, source, error);
      // Begun from a copy that is no more: goes on from whatever can be read.
      return false;
    }
    throw error;
  }
}

function groupByOffset(
  targets: readonly { held: HeldTransfer; store: GuardedStore }[],
): Iterable<{ held: HeldTransfer; store: GuardedStore }[]> {
  return Map.groupBy(targets, ({ held }) => held.target.bytes).values();
}

async function streamAll(
  job: Job,
  targets: readonly { held: HeldTransfer; store: GuardedStore }[],
  again: (held: HeldTransfer) => void,
): Promise<void> {
  const opened: (StreamTarget & { store: GuardedStore })[] = [];
  let sources: Source[] = [];
  for (const { held, store } of targets) {
    await alone(job, held, async () => {
      sources = await listSources(job);
      const source = sources[0];
      if (source === undefined) throw new Error('there is no source');
      await recordMethod(job.runtime, held, 'stream', source.store.id);
      const writer = await openWriter(job, held, store);
      opened.push({ held, writer, store });
      await job.hooks.at?.('opened', held);
    });
  }
  // One that had to begin again stands elsewhere than the others.
  const roads = [...Map.groupBy(opened, ({ writer }) => writer.position).values()];
  await Promise.all(roads.map((together) => streamTogether(job, sources, together, again)));
}

async function streamTogether(
  job: Job,
  sources: Source[],
  targets: (StreamTarget & { store: GuardedStore })[],
  again: (held: HeldTransfer) => void,
): Promise<void> {
  const { committed, spoiled } = await streamCopy(job, sources, targets);
  for (const held of spoiled) again(held);
  await Promise.all(
    committed.map(({ held, isProved, found }) =>
      alone(job, held, async () => {
        const store = targets.find((target) => target.held === held)?.store;
        if (store === undefined) throw new Error('a copy was committed that nobody asked for');
        if (isProved) await conclude(job, held, found);
        else await proveStored(job, held, store, null, again);
      }),
    ),
  );
}

async function openWriter(job: Job, held: HeldTransfer, store: GuardedStore): Promise<ObjectWriter> {
  return new FencedWriter(await openUnfenced(job, held, store), held.tenure);
}

async function openUnfenced(job: Job, held: HeldTransfer, store: GuardedStore): Promise<ObjectWriter> {
  const { runtime, sizeBytes, image, pieces } = job;
  const { bytes } = held.target;
  // Half a copy cannot be proved when no hash of the image is known: its first half would be taken on trust.
  const isProvable = pieces !== null || image.sha512 !== null;
  if (bytes > 0 && isProvable && store.capabilities.has('append')) {
    try {
      return await store.resume(held.target.object_key, {
        sizeBytes,
        durableBytes: bytes,
        resumeState: held.target.resume_state,
        signal: held.signal,
      });
    } catch (error) {
      if (!isStoreFault(error, 'not-found', 'short-read', 'exists')) throw error;
    }
  }
  if (bytes > 0) await startAfresh(runtime, held, 'What had been written could not be gone on with.');
  const begin = () => store.begin(held.target.object_key, { sizeBytes, signal: held.signal });
  try {
    return await begin();
  } catch (error) {
    if (!isStoreFault(error, 'exists')) throw error;
    // An attempt that came to no durable point began it.
    await store.discard(held.target.object_key, held.target.resume_state, { signal: held.signal });
    return await begin();
  }
}

/** Reads back what was published; what differs is written again. */
async function proveStored(
  job: Job,
  held: HeldTransfer,
  store: GuardedStore,
  clonedFrom: Source | null,
  again: (held: HeldTransfer) => void,
): Promise<void> {
  await recordCommitted(job.runtime, held, job.sizeBytes);
  await job.hooks.at?.('committed-recorded', held);
  const result = await readBack(job, held, store, held.target.object_key);
  if (result.ok) return conclude(job, held, result.found);
  const wrong = wrongBytes(store.id, result.firstBadOffset);
  job.runtime.log.warn({ err: wrong, transfer: held.id, store: store.id }, 'a new copy is not right');
  if (clonedFrom !== null) await judgeSource(job, clonedFrom, result.firstBadOffset);
  again(held);
}

async function conclude(job: Job, held: HeldTransfer, found: FoundHashes | null): Promise<void> {
  if (held.row.state !== 'verifying') {
    await changeHeld(job.runtime, held, () => ({ transfer: { state: 'verifying' } }));
  }
  await job.hooks.at?.('before-conclusion', held);
  held.signal.throwIfAborted();
  await concludeProved(job.runtime, held, found);
  held.noteSettled();
  await job.hooks.at?.('after-conclusion', held);
}
