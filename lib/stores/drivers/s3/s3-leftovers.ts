import { isStoreFault, type ListedObject } from '../../store.ts';
import { leftoversFolder, type FoundUpload, type S3Bucket, type Signalled } from './s3-bucket.ts';

/** After this many rounds somebody else must still be writing under the key. */
const roundsAtMost = 5;

/** Every open upload under the key and what lies beside them. Looks again until nothing is left. */
export async function removeLeftovers(bucket: S3Bucket, key: string, options: Signalled): Promise<void> {
  const name = bucket.objectName(key);
  for (let round = 0; round < roundsAtMost; round++) {
    const uploads = await Array.fromAsync(bucket.listUploads(name, { ...options, exactly: true }));
    const tails = await Array.fromAsync(bucket.list(bucket.leftoversPrefix(key), options));
    if (uploads.length === 0 && tails.length === 0) return;
    await Promise.all([
      ...uploads.map(({ uploadId }) => bucket.abortUpload(name, uploadId, options)),
      ...tails.map((tail) => bucket.remove(tail.name, options)),
    ]);
  }
}

export async function findUpload(
  bucket: S3Bucket,
  key: string,
  options: Signalled,
): Promise<FoundUpload | null> {
  for await (const upload of bucket.listUploads(bucket.objectName(key), { ...options, exactly: true }))
    return upload;
  return null;
}

/** Everything below the prefix but the marker. An unfinished object is one entry, whatever it consists of. */
export async function* listObjects(
  bucket: S3Bucket,
  options: Signalled,
): AsyncGenerator<ListedObject, void, undefined> {
  const unfinished = new Map<string, ListedObject>();
  const addUnfinished = (key: string, sizeBytes: number, modifiedAt: Date) => {
    const known = unfinished.get(key);
    if (known === undefined) unfinished.set(key, { key, sizeBytes, modifiedAt, unfinished: true });
    else known.sizeBytes += sizeBytes;
  };
  const folder = bucket.prefix + leftoversFolder;
  for await (const { name, sizeBytes, modifiedAt } of bucket.list(bucket.prefix, options)) {
    if (name === bucket.markerName) continue;
    if (!name.startsWith(folder)) {
      yield { key: name.slice(bucket.prefix.length), sizeBytes, modifiedAt, unfinished: false };
      continue;
    }
    addUnfinished(name.slice(folder.length).split('/')[0] ?? '', sizeBytes, modifiedAt);
  }
  for await (const { name, uploadId, startedAt } of bucket.listUploads(bucket.prefix, options)) {
    addUnfinished(
      name.slice(bucket.prefix.length),
      await bytesOf(bucket, name, uploadId, options),
      startedAt,
    );
  }
  yield* unfinished.values();
}

async function bytesOf(
  bucket: S3Bucket,
  name: string,
  uploadId: string,
  options: Signalled,
): Promise<number> {
  let bytes = 0;
  try {
    for await (const { sizeBytes } of bucket.listParts(name, uploadId, options)) bytes += sizeBytes;
  } catch (error) {
    // It was completed or aborted since it was listed.
    if (!isStoreFault(error, 'not-found')) throw error;
  }
  return bytes;
}
