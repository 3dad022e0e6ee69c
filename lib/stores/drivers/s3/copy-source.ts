import { isStoreFault } from '../../store.ts';

interface Signalled {
  signal?: AbortSignal | undefined;
}

/** An object that the endpoint copies by itself. */
export interface CopySource {
  /** With credentials of the target. */
  bucket: { name: string; head(name: string, call: Signalled): Promise<{ etag: string } | null> };
  name: string;
  etag: string;
}

export interface CopyCondition {
  CopySource: string;
  CopySourceIfMatch?: string;
}

/** Runs one request that copies from the source, on condition that it is still the version that was looked at. */
export async function copyingFrom<Answer>(
  { bucket, name, etag }: CopySource,
  { signal }: Signalled,
  send: (condition: CopyCondition) => Promise<Answer>,
): Promise<Answer> {
  const path = [bucket.name, ...name.split('/')].map(encodeURIComponent).join('/');
  try {
    return await send({ CopySource: path, CopySourceIfMatch: etag });
  } catch (error) {
    // Swift's s3api compares this with another ETag than the one that it tells.
    if (!isStoreFault(error, 'exists') || (await bucket.head(name, { signal }))?.etag !== etag) throw error;
    return await send({ CopySource: path });
  }
}
