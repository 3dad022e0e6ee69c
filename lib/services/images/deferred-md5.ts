/**
 * With `checksum_md5: deferred` an image is active with its SHA-512, and its MD5 (which old clients compare) follows:
 * read back one image at a time, while nobody uploads.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ImageRow, LocationRow } from '../../db/define-schema.ts';
import { findImage, listImagesWithoutMd5, updateImage } from '../../db/repositories/images.ts';
import { listLocations } from '../../db/repositories/locations.ts';
import { orderSources } from '../../domain/locations.ts';
import { hashObject } from '../../pipeline/hash-object.ts';
import type { DeferredMd5 } from '../../runtime/parts.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { markBroken } from '../../transfers/job.ts';
import { corruptSentence } from '../../transfers/read-back.ts';

const quietMilliseconds = 2_000;
/** After a round in which no copy could be read. */
const againAfterMilliseconds = 5 * 60_000;
/** Known at once of those that earlier processes have left. */
const batchSize = 10_000;

export function openDeferredMd5(
  runtime: Runtime,
  measures = { quietMilliseconds, againAfterMilliseconds, batchSize },
): DeferredMd5 {
  const waiting = new Set<string>();
  /** Could not be read just now; each comes again by itself. */
  const postponed = new Set<string>();
  let isMoreLeft = false;
  const stopping = new AbortController();
  let running: Promise<void> | null = null;

  function run(): void {
    if (runtime.config.checksumMd5 !== 'deferred' || stopping.signal.aborted) return;
    running ??= work().finally(() => {
      running = null;
    });
  }

  async function work(): Promise<void> {
    do await workThrough();
    while (isMoreLeft && !stopping.signal.aborted && (await lookForMore()));
  }

  async function workThrough(): Promise<void> {
    for (const imageId of waiting) {
      await untilQuiet();
      if (stopping.signal.aborted) return;
      waiting.delete(imageId);
      const isSettled = await hashOne(imageId).catch((error: unknown) => {
        if (!stopping.signal.aborted)
          runtime.log.warn({ err: error, image: imageId }, 'the MD5 of an image could not be made');
        return false;
      });
      if (isSettled) continue;
      postponed.add(imageId);
      setTimeout(() => add(imageId), measures.againAfterMilliseconds).unref();
    }
  }

  /** Of those that earlier processes have left without one. False: there are no others than those known already. */
  async function lookForMore(): Promise<boolean> {
    const ids = await listImagesWithoutMd5(runtime.db.read, measures.batchSize + postponed.size).catch(
      (error: unknown) => {
        runtime.log.warn({ err: error }, 'images without an MD5 could not be looked for');
        return null;
      },
    );
    // Looked for again with the next image that comes.
    if (ids === null) return false;
    isMoreLeft = ids.length >= measures.batchSize;
    for (const id of ids) if (!postponed.has(id)) waiting.add(id);
    return waiting.size > 0;
  }

  async function untilQuiet(): Promise<void> {
    do {
      await delay(measures.quietMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    } while (runtime.uploads.activeCount() > 0 && !stopping.signal.aborted);
  }

  /** False: nobody could be read just now, so that it is to be tried again. */
  async function hashOne(imageId: string): Promise<boolean> {
    const image = await findImage(runtime.db.read, imageId);
    if (image === null || image.md5 !== null || image.size_bytes === null) return true;
    for (const location of await readableCopies(imageId)) {
      const md5 = await hashCopy(image, image.size_bytes, location).catch((error: unknown) => {
        if (stopping.signal.aborted) throw error;
        const fields = { err: error, image: imageId, store: location.store_id };
        runtime.log.warn(fields, 'a copy could not be read for its MD5');
        return null;
      });
      if (md5 === null) continue;
      await runtime.db.transaction(async (q) => {
        await q.lock(imageId);
        const current = await findImage(q, imageId);
        if (current !== null) await updateImage(q, current, { md5, updated_at: current.updated_at });
      });
      return true;
    }
    return false;
  }

  async function readableCopies(imageId: string): Promise<LocationRow[]> {
    const stores = new Map(runtime.stores.list().map((store) => [store.id, store]));
    const copies = await listLocations(runtime.db.read, [imageId]);
    return orderSources(copies, (id) => stores.get(id)?.definition.weight ?? 0).filter(
      ({ store_id }) => (stores.get(store_id)?.state ?? 'unavailable') !== 'unavailable',
    );
  }

  /** Null when the copy is not the image any more: it must not get a checksum that makes it look right. */
  async function hashCopy(image: ImageRow, sizeBytes: number, location: LocationRow): Promise<string | null> {
    const { md5, sha512 } = await hashObject(
      { hashPool: runtime.hashPool, slots: runtime.slots },
      runtime.stores.readable(location.store_id),
      location.object_key,
      { sizeBytes, hashes: ['md5', 'sha512'], signal: stopping.signal },
    );
    if (sha512 === null || sha512 === image.sha512) return md5;
    await markBroken(runtime, image, location.id, 'corrupt', corruptSentence(0));
    return null;
  }

  function add(imageId: string): void {
    postponed.delete(imageId);
    waiting.add(imageId);
    run();
  }

  return {
    add,
    start() {
      if (runtime.config.checksumMd5 !== 'deferred') return;
      isMoreLeft = true;
      run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
