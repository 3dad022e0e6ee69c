import { CreateBucketCommand, type BucketLocationConstraint } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { isStoreFault, StoreFault, type StoreMarker } from '../../store.ts';
import type { S3Bucket, Signalled } from './s3-bucket.ts';
import { isNamed } from './s3-faults.ts';

const Marker = z.object({ storeId: z.string(), token: z.string(), createdAt: z.string() });

/** Null when there is no marker, or no bucket yet and we may create it. */
export async function readMarkerObject(bucket: S3Bucket, options: Signalled): Promise<StoreMarker | null> {
  const { storeId } = bucket.connection;
  assertReadable(bucket);
  let content: Uint8Array | null;
  try {
    content = await bucket.get(bucket.markerName, options);
  } catch (error) {
    if (isMissingBucket(error) && bucket.connection.options.create_bucket) return null;
    throw error;
  }
  if (content === null) return null;
  try {
    return Marker.parse(JSON.parse(Buffer.from(content).toString('utf8')));
  } catch (error) {
    const text = `Store "${storeId}": the marker object in this bucket cannot be understood.`;
    throw new StoreFault('wrong-store', storeId, text, error);
  }
}

/** What lies in these is read hours after somebody has asked for it (S3 user guide, "Storage classes"). */
const archiveClasses = ['GLACIER', 'DEEP_ARCHIVE'];

function assertReadable({ connection: { storeId, options } }: S3Bucket): void {
  const { storage_class: name = '' } = options;
  if (!archiveClasses.includes(name)) return;
  throw new StoreFault(
    'failed',
    storeId,
    `Store "${storeId}": objects of the storage_class ${name} cannot be read at once, so it keeps no images.`,
    undefined,
    'Name a storage_class that is read at once (STANDARD, STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR), or none.',
  );
}

/** Makes the bucket if that was asked for. `exists` when there is a marker. */
export async function writeMarkerObject(
  bucket: S3Bucket,
  marker: StoreMarker,
  options: Signalled,
): Promise<void> {
  const { storeId } = bucket.connection;
  if (bucket.connection.options.create_bucket) await createBucket(bucket, options);
  if ((await bucket.head(bucket.markerName, options)) !== null) {
    throw new StoreFault('exists', storeId, `Store "${storeId}": there is a marker already.`);
  }
  await proveStorageClass(bucket, marker, options);
  const content = Buffer.from(`${JSON.stringify(marker, null, 2)}\n`);
  await bucket.putNew(bucket.markerName, content, marker.token, { ...options, isImage: false });
}

/** One that the endpoint does not know is to be told now, and not at the first image; the marker itself has it not. */
async function proveStorageClass(
  bucket: S3Bucket,
  { token }: StoreMarker,
  options: Signalled,
): Promise<void> {
  if (bucket.connection.options.storage_class === undefined) return;
  const name = bucket.markerName;
  await bucket.createUpload(name, token, options);
  // All of them: somebody else may have come no further.
  for await (const { uploadId } of bucket.listUploads(name, { ...options, exactly: true })) {
    await bucket.abortUpload(name, uploadId, options);
  }
}

async function createBucket(bucket: S3Bucket, { signal }: Signalled): Promise<void> {
  const { region, endpoint } = bucket.connection.options;
  // Only Amazon's own wants to be told the region, and not that one.
  const place =
    endpoint === undefined && region !== 'us-east-1'
      ? { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }
      : {};
  try {
    await bucket.connection.call({ signal }, (s3, options) =>
      s3.send(new CreateBucketCommand({ Bucket: bucket.name, ...place }), options),
    );
  } catch (error) {
    if (!isNamed(causeOf(error), 'BucketAlreadyOwnedByYou')) throw error;
  }
}

function isMissingBucket(error: unknown): boolean {
  return isStoreFault(error) && isNamed(error.cause, 'NoSuchBucket');
}

function causeOf(error: unknown): unknown {
  return isStoreFault(error) ? error.cause : error;
}
