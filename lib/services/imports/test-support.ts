/** Imports on the places of the transfers' tests: bytes come by real requests, the worker copies. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findImage } from '#lib/db/repositories/images.ts';
import { listTasksOfImage } from '#lib/db/repositories/tasks.ts';
import { contextOf, tenant, type Process } from '#lib/transfers/test-support.ts';
import { createTestImage } from '../images/test-support.ts';
import { putImageFile, type PutImageFile } from '../uploads/put-image-file.ts';
import { importStaged } from './import-staged.ts';
import { stageImage } from './stage.ts';

/** What a tenant does through one process; its worker is started by the test. */
export function actThrough(t: TestContext, { runtime }: Process) {
  Object.assign(runtime.config, {
    limits: { ...runtime.config.limits, imageSizeBytes: 2 ** 40 },
    defaultStore: 'fast',
    stagingStore: 'fast',
    stores: runtime.stores.list().map(({ definition }) => definition),
  });
  Object.assign(runtime, { deferredMd5: { add: () => undefined } });
  const ctx = contextOf(runtime, tenant);
  const read = runtime.db.read;
  const take = (
    work: (put: PutImageFile) => Promise<void>,
    imageId: string,
    bytes: Uint8Array,
    sizeBytes: number | null = bytes.byteLength,
  ) => send(t, bytes, (source) => work({ imageId, store: null, source, sizeBytes }));
  return {
    ctx,
    read,
    create: () => createTestImage(ctx),
    /** `sizeBytes` null: without saying how many. */
    stage: (imageId: string, bytes: Uint8Array, sizeBytes?: number | null) =>
      take((put) => stageImage(ctx, put), imageId, bytes, sizeBytes),
    put: (imageId: string, bytes: Uint8Array) => take((put) => putImageFile(ctx, put), imageId, bytes),
    start: (imageId: string, stores: readonly string[] | 'all', allStoresMustSucceed = true) =>
      importStaged(ctx, imageId, {
        stores,
        allStoresMustSucceed,
        body: { method: { name: 'glance-direct' } },
      }),
    async image(id: string) {
      const row = await findImage(read, id);
      if (row === null) throw new Error('the image is gone');
      return row;
    },
    /** The newest task of the image, once it has ended. */
    async ended(id: string) {
      for (let attempt = 0; attempt < 1500; attempt += 1) {
        const [task] = await listTasksOfImage(read, id, 1);
        if (task !== undefined && ['success', 'failure'].includes(task.status)) return task;
        await delay(20);
      }
      throw new Error('the import has not ended');
    },
  };
}

/** The bytes as a real request brings them. */
async function send(
  t: TestContext,
  bytes: Uint8Array,
  work: (source: PutImageFile['source']) => Promise<void>,
): Promise<void> {
  let failure: unknown;
  const server = createServer((incoming, answer) => {
    work(incoming)
      .catch((error: unknown) => (failure = error))
      .finally(() => answer.end());
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    const upload = request({ port, method: 'PUT', host: '127.0.0.1' }, (answer) =>
      answer.resume().on('end', resolve),
    );
    upload.on('error', reject);
    upload.end(bytes);
  });
  server.close();
  if (failure !== undefined) throw failure;
}
