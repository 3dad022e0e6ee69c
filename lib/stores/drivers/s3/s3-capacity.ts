import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { Capacity } from '../../store.ts';
import type { S3Bucket, Signalled } from './s3-bucket.ts';

/** S3 knows no capacity. radosgw tells the quota of a bucket or its user and what is used; others: null. */
export async function readCapacity(bucket: S3Bucket, { signal }: Signalled): Promise<Capacity | null> {
  const headers = new Map<string, string>();
  await bucket.connection.call({ signal }, (s3, options) => {
    const command = new HeadBucketCommand({ Bucket: bucket.name });
    command.middlewareStack.add(
      (next) => async (step) => {
        const result = await next(step);
        const { headers: found } = result.response as { headers: Record<string, string> };
        for (const [name, value] of Object.entries(found)) headers.set(name.toLowerCase(), value);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'rememberHeaders' },
    );
    return s3.send(command, options);
  });
  const count = (name: string) => Number(headers.get(name) ?? NaN);
  const usedBytes = count('x-rgw-bytes-used');
  const quotas = [count('x-rgw-quota-bucket-size'), count('x-rgw-quota-user-size')].filter(
    (quota) => quota > 0,
  );
  if (Number.isNaN(usedBytes) || quotas.length === 0) return null;
  const totalBytes = Math.min(...quotas);
  return { totalBytes, freeBytes: Math.max(0, totalBytes - usedBytes) };
}
