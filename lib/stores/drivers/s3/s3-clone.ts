import { randomBytes } from 'node:crypto';
import { GiB, MiB } from '#lib/contract/limits.ts';
import { isStoreFault, StoreFault, type CloneRequest, type ObjectStat } from '../../store.ts';
import { isNamed } from './s3-faults.ts';
import type { S3Writer } from './s3-writer.ts';
import { partsAtMost } from './part-plan.ts';
import type { CopySource } from './copy-source.ts';
import { makeOnce } from './outcome.ts';
import type { S3Bucket } from './s3-bucket.ts';

/** The most that one CopyObject takes (S3 API reference, "CopyObject"). */
export const copyAtOnceBytes = 5 * GiB;

/**
 * Copies a whole object in one request, for which an endpoint often has to move nothing at all. False: it cannot do
 * that, and nothing was copied. `name` is known to be free.
 */
export async function copyAtOnce(
  source: CopySource,
  { bucket, name, storeId }: { bucket: S3Bucket; name: string; storeId: string },
  sourceStoreId: string,
  { sizeBytes, signal }: Pick<CloneRequest, 'sizeBytes' | 'signal'>,
): Promise<boolean> {
  const writer = randomBytes(12).toString('hex');
  try {
    await makeOnce(
      {
        run: () => bucket.copyNew(source, name, writer, { signal }),
        find: () => bucket.findOurs(name, writer, sizeBytes, { signal }),
        mayRepeat: async () => true,
      },
      signal,
    );
  } catch (error) {
    if (isStoreFault(error) && isNamed(error.cause, 'NotImplemented', 'EntityTooLarge')) return false;
    throw await judged(error, source, sourceStoreId, signal);
  }
  if ((await bucket.findOurs(name, writer, sizeBytes, { signal })) === 'ours') return true;
  throw new StoreFault('corrupt', storeId, `Store "${storeId}": the copy is not the object that was copied.`);
}

/** Copied by the endpoint in one request; no byte of it comes here. */
const copyBytes = 64 * MiB;
const tellEveryMilliseconds = 300;

/** Copies [what is there, size) inside the endpoint, several parts at once, and publishes it. */
export async function copyAndCommit(
  source: CopySource,
  writer: S3Writer,
  sourceStoreId: string,
  { sizeBytes, signal, onProgress }: Pick<CloneRequest, 'sizeBytes' | 'signal' | 'onProgress'>,
): Promise<ObjectStat> {
  const options = signal === undefined ? {} : { signal };
  const step = Math.max(copyBytes, Math.ceil(sizeBytes / (partsAtMost - 1000) / MiB) * MiB);
  let toldAt = performance.now();
  try {
    for (let offset = writer.dropTail(); offset < sizeBytes;) {
      offset += await writer.copy(source, Math.min(step, sizeBytes - offset), options);
      if (performance.now() - toldAt < tellEveryMilliseconds) continue;
      toldAt = performance.now();
      await onProgress?.(writer.durablePart());
    }
    return await writer.commit(options);
  } catch (error) {
    throw await judged(error, source, sourceStoreId, signal);
  }
}

/** An error that comes of a source that is another one now, or none, is the source's. */
async function judged(
  error: unknown,
  source: CopySource,
  sourceStoreId: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const isOfSource = isStoreFault(error) && isNamed(error.cause, 'PreconditionFailed', 'NoSuchKey');
  if (!isOfSource || (await isThere(source, signal))) return error;
  const text = `Store "${sourceStoreId}": the object was replaced or removed while it was copied.`;
  return new StoreFault('corrupt', sourceStoreId, text, error);
}

async function isThere(
  { bucket, name, etag }: CopySource,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return (await bucket.head(name, { signal }))?.etag === etag;
}
