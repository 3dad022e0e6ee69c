import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { RetryOptions } from '#lib/streams/retry.ts';
import type { ConformancePlace } from '../../conformance/conformance.ts';
import { S3Options } from './options.ts';
import { S3Connection } from './s3-connection.ts';
import { S3Store } from './s3-store.ts';

export interface TestEndpoint {
  endpoint: string;
  accessKey: string;
  secretKey: string;
}

/** Options as stowage.yaml would have them, small parts, a bucket of its own that is made when it is needed. */
export function testOptions(
  { endpoint, accessKey, secretKey }: TestEndpoint,
  more: Partial<Record<keyof S3Options, unknown>> = {},
): S3Options {
  return S3Options.parse({
    endpoint,
    bucket: `images-${randomBytes(6).toString('hex')}`,
    access_key: accessKey,
    secret_key: secretKey,
    create_bucket: true,
    part_size_mib: 5,
    ...more,
  });
}

/** Tries come soon: servers of tests are near. */
export const quickRetries: Partial<RetryOptions> = { firstBackoffMilliseconds: 10 };

/** Two buckets: a store and its neighbour. They go with the server. */
export async function openBuckets(
  endpoint: TestEndpoint,
  more: Partial<Record<keyof S3Options, unknown>> = {},
): Promise<ConformancePlace> {
  const options = testOptions(endpoint, more);
  const neighbour = testOptions(endpoint, more);
  return {
    open: async () => new S3Store('store', options, quickRetries),
    async openNeighbour() {
      const store = new S3Store('neighbour', neighbour, quickRetries);
      if ((await store.readMarker()) === null) {
        await store.writeMarker({
          storeId: 'neighbour',
          token: 'b-token',
          createdAt: '2026-01-01T00:00:00.000Z',
        });
      }
      return store;
    },
    async putForeign(name, bytes) {
      const connection = new S3Connection('foreign', options);
      const input = { Bucket: options.bucket, Key: options.prefix + name, Body: bytes };
      await connection.call({}, (s3, send) => s3.send(new PutObjectCommand(input), send));
      await connection.close();
    },
    remove: async () => undefined,
  };
}
