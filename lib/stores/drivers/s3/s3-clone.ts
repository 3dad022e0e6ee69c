import { MiB } from '#lib/contract/limits.ts';
import { isStoreFault, StoreFault, type CloneRequest, type ObjectStat } from '../../store.ts';
import { isNamed } from './s3-faults.ts';
import type { S3Writer } from './s3-writer.ts';
import { partsAtMost } from './part-plan.ts';
import type { CopySource } from './upload.ts';

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
    for (let offset = writer.dropTail(); offset < sizeBytes; offset += step) {
      await writer.copy(source, Math.min(step, sizeBytes - offset), options);
      if (performance.now() - toldAt < tellEveryMilliseconds) continue;
      toldAt = performance.now();
      await onProgress?.(writer.durablePart());
    }
    return await writer.commit(options);
  } catch (error) {
    const isOfSource = isStoreFault(error) && isNamed(error.cause, 'PreconditionFailed', 'NoSuchKey');
    if (!isOfSource || (await isThere(source, signal))) throw error;
    const text = `Store "${sourceStoreId}": the object was replaced or removed while it was copied.`;
    throw new StoreFault('corrupt', sourceStoreId, text, error);
  }
}

async function isThere(
  { bucket, name, etag }: CopySource,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return (await bucket.head(name, { signal }))?.etag === etag;
}
