import { CreateBucketCommand, type BucketLocationConstraint } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { isStoreFault, StoreFault, type StoreMarker } from '../../store.ts';
import type { S3Bucket, Signalled } from './s3-bucket.ts';
import { isNamed } from './s3-faults.ts';

const Marker = z.object({ storeId: z.string(), token: z.string(), createdAt: z.string() });

/** Null when there is no marker, or no bucket yet and we may create it. */
export async function readMarkerObject(bucket: S3Bucket, options: Signalled): Promise<StoreMarker | null> {
  const { storeId } = bucket.connection;
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
  const content = Buffer.from(`${JSON.stringify(marker, null, 2)}\n`);
  await bucket.putNew(bucket.markerName, content, marker.token, options);
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
