/**
 * With `checksum_md5: deferred` an image is active with its SHA-512, and its MD5 (which old clients compare) follows:
 * read back one image at a time, while nobody uploads.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { findImage, listImagesWithoutMd5, updateImage } from '../../db/repositories/images.ts';
import { listLocations } from '../../db/repositories/locations.ts';
import { hashObject } from '../../pipeline/hash-object.ts';
import type { DeferredMd5 } from '../../runtime/parts.ts';
import type { Runtime } from '../../runtime/runtime.ts';

const quietMilliseconds = 2_000;

export function openDeferredMd5(runtime: Runtime): DeferredMd5 {
  const waiting = new Set<string>();
  const stopping = new AbortController();
  let running: Promise<void> | null = null;

  function run(): void {
    if (runtime.config.checksumMd5 !== 'deferred' || stopping.signal.aborted) return;
    running ??= work().finally(() => {
      running = null;
    });
  }

  async function work(): Promise<void> {
    for (const imageId of waiting) {
      await untilQuiet();
      if (stopping.signal.aborted) return;
      waiting.delete(imageId);
      await hashOne(imageId).catch((error: unknown) => {
        if (!stopping.signal.aborted)
          runtime.log.warn({ err: error, image: imageId }, 'the MD5 of an image could not be made');
      });
    }
  }

  async function untilQuiet(): Promise<void> {
    do {
      await delay(quietMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined);
    } while (runtime.uploads.activeCount() > 0 && !stopping.signal.aborted);
  }

  async function hashOne(imageId: string): Promise<void> {
    const image = await findImage(runtime.db.read, imageId);
    if (image === null || image.md5 !== null || image.size_bytes === null) return;
    const location = (await listLocations(runtime.db.read, [imageId])).find(
      ({ state }) => state === 'active',
    );
    if (location === undefined) return;
    const digests = await hashObject(
      { hashPool: runtime.hashPool, slots: runtime.slots },
      runtime.stores.readable(location.store_id),
      location.object_key,
      { sizeBytes: image.size_bytes, hashes: ['md5', 'sha512'], signal: stopping.signal },
    );
    // Bytes that have changed since must not get a checksum that makes them look right.
    if (digests.md5 === null || digests.sha512 !== image.sha512) return;
    await runtime.db.transaction(async (q) => {
      await q.lock(imageId);
      const current = await findImage(q, imageId);
      if (current !== null)
        await updateImage(q, current, { md5: digests.md5, updated_at: current.updated_at });
    });
  }

  return {
    add(imageId) {
      waiting.add(imageId);
      run();
    },
    start() {
      if (runtime.config.checksumMd5 !== 'deferred') return;
      listImagesWithoutMd5(runtime.db.read, 10_000)
        .then((ids) => {
          for (const id of ids) waiting.add(id);
          run();
        })
        .catch((error: unknown) =>
          runtime.log.warn({ err: error }, 'images without an MD5 could not be looked for'),
        );
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
