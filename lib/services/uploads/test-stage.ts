/** What tests of uploads share: a process with these stores, and uploads by a tenant. */
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  contextOf,
  openPlace,
  openProcess,
  tenant,
  type Place,
  type StoreWish,
} from '#lib/transfers/test-support.ts';
import { appendToUpload } from './append.ts';
import { createUpload } from './create.ts';

export async function openUploads(
  t: TestContext,
  stores: StoreWish[] = [{ id: 'fast' }],
  now = () => Date.now(),
) {
  return await openUploadsIn(await openPlace(t, stores), now);
}

/** A further process there, or the next one. */
export async function openUploadsIn(place: Place, now = () => Date.now()) {
  const { stores } = place;
  const process = await openProcess(place, { now });
  const config = {
    limits: { imageSizeBytes: 2 ** 40, project: {}, stores: {} },
    defaultStore: 'fast',
    stagingStore: stores.some(({ id }) => id === 'waiting') ? 'waiting' : 'fast',
    stores: [],
  };
  Object.assign(process.runtime.config, config);
  const ctx = contextOf(process.runtime, tenant);
  const begin = (lengthBytes: number | null, metadata: Record<string, string> = {}) =>
    createUpload(ctx, { id: randomUUID(), lengthBytes, metadata });
  const append = (uploadId: string, offset: number, bytes: Uint8Array) => {
    const pieces = [bytes];
    const next = async () => {
      const piece = pieces.shift();
      return piece === undefined ? null : [piece];
    };
    return appendToUpload(ctx, { uploadId, offset, next });
  };
  const { db } = process.runtime;
  return { place, process, ctx, db, begin, append };
}
