/** For tests: an engine against the small tus server, and what its tests say again and again. */
import type { TestContext } from 'node:test';
import type { UploadView } from '#lib/contract/uploads.ts';
import type { EngineParts, UploadEngine } from './engine-contract.ts';
import { createUploadEngine } from './engine.ts';
import type { UploadTask } from './task.ts';
import { openTestServer } from './test-server.ts';
import type { TestServer } from './test-server.ts';
import { terminateUpload, tusTransport } from './tus-transport.ts';

export const MiB = 1024 * 1024;

/** Node's HTTP takes buffers where a browser takes slices of a file. */
const fileReader = {
  openFile: async (file: File) => ({
    size: file.size,
    async slice(start: number, end: number) {
      const value = Buffer.from(await file.slice(start, end).arrayBuffer());
      return { value: Object.assign(value, { size: value.length }), done: end >= file.size };
    },
    close: () => undefined,
  }),
};

export async function setUp(t: TestContext, change: Partial<EngineParts> = {}) {
  const server = await openTestServer();
  const engine = openEngine(t, server, change);
  t.after(() => server.stop());
  return { server, engine };
}

export function openEngine(
  t: TestContext,
  server: TestServer,
  change: Partial<EngineParts> = {},
): UploadEngine {
  const engine = createUploadEngine({
    openTransport: tusTransport({ fileReader }),
    terminate: (url) => terminateUpload(url),
    endpoint: server.endpoint,
    listUploads: async () => viewsOf(server),
    // Still being checked, until a test says otherwise.
    findUpload: async (id) => ({ ...viewOf(id, MiB, MiB), state: 'checking' }),
    isOnline: () => true,
    onSignedOut: () => undefined,
    now: () => Date.now(),
    retryDelaysMilliseconds: [20, 40],
    askAgainDelaysMilliseconds: [20, 20, 20],
    ...change,
  });
  t.after(() => engine.close());
  return engine;
}

function viewsOf(server: TestServer): UploadView[] {
  return [...server.uploads].map(([id, { upload, bytes }]) =>
    viewOf(id, bytes.length, upload.size ?? 0, upload.metadata ?? {}),
  );
}

export function viewOf(
  id: string,
  offset: number,
  size: number,
  metadata: Record<string, string | null> = {},
): UploadView {
  return {
    id,
    url: `/api/uploads/${id}`,
    image_id: '0c9a3f2e-5a3b-4f0e-9d57-1b1f0e6a7c11',
    name: metadata.name ?? 'disk.raw',
    file: { name: 'disk.raw', size_bytes: size, fingerprint: metadata.fingerprint ?? null },
    client: null,
    state: 'receiving',
    receiving_now: false,
    length_bytes: size,
    offset_bytes: offset,
    verified_bytes: offset,
    rate: null,
    stores: [{ store: 'fast', durable_bytes: offset, state: 'writing', error: null }],
    all_stores_must_succeed: true,
    error: null,
    remedy: null,
    created_by: null,
    created_at: '2026-11-22T12:00:00.000Z',
    updated_at: '2026-11-22T12:00:00.000Z',
    expires_at: '2026-11-29T12:00:00.000Z',
    actions: {},
  };
}

export const fileOf = (bytes: Uint8Array<ArrayBuffer>, name = 'disk.raw') => new File([bytes], name);
export const orderOf = (file: File, metadata: Record<string, string> = {}) => ({
  file,
  name: file.name,
  stores: ['fast'],
  metadata,
});

/** The first task once it is as asked. */
export function until(
  engine: UploadEngine,
  is: (task: UploadTask) => boolean,
  index = 0,
): Promise<UploadTask> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      reject(new Error(`still ${JSON.stringify(engine.getTasks()[index])}`));
    }, 5_000);
    const look = () => {
      const task = engine.getTasks()[index];
      if (!task || !is(task)) return;
      clearTimeout(deadline);
      stop();
      resolve(task);
    };
    const stop = engine.subscribe(look);
    look();
  });
}

/** Cuts the line once `bytes` of a PATCH have come in, `times` times. */
export function cutAfter(server: TestServer, bytes: number, times: number) {
  let left = times;
  server.onReceived = (received) => {
    if (left === 0 || received < bytes) return;
    left -= 1;
    server.cut();
  };
}

export async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
