import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { GiB, KiB, MiB } from '#lib/contract/limits.ts';
import { FilesystemStore } from '#lib/stores/drivers/filesystem/filesystem-store.ts';
import { guardStore } from '#lib/stores/guarded-store.ts';
import { BufferPool } from '#lib/streams/buffer-pool.ts';

/**
 * The filesystem driver, guarded, against the plain tools, interleaved in one run. Usage:
 *   node e2e/bench/filesystem-driver.ts [--runs=5] [--size-mib=1024] [--directory=/tmp]
 */
const given = new Map(
  process.argv.slice(2).map((text) => text.replace(/^--/, '').split('=') as [string, string]),
);
const runs = Number(given.get('runs') ?? 5);
const size = Number(given.get('size-mib') ?? 1024) * MiB;
const root = await mkdtemp(path.join(given.get('directory') ?? tmpdir(), 'stowage-bench-'));
const shell = promisify(execFile);
const sh = (script: string) => shell('sh', ['-c', script]);

const storePath = path.join(root, 'store');
const other = path.join(root, 'other');
const store = guardStore(new FilesystemStore('store', { path: storePath, shared: false }));
const target = guardStore(new FilesystemStore('other', { path: other, shared: false }));
await mkdir(storePath);
await mkdir(other);

const ring = Array.from({ length: 16 }, () => randomFillSync(new Uint8Array(new SharedArrayBuffer(MiB))));
const chunk = (index: number) => ring[index % ring.length] ?? new Uint8Array(0);

async function writeObject(key: string): Promise<void> {
  const writer = await store.begin(key, { sizeBytes: size });
  for (let index = 0; writer.position < size; index++) {
    await writer.append([chunk(index)]);
    if (writer.position % (64 * MiB) === 0) await writer.flush();
  }
  await writer.commit();
}

const file = (name: string) => path.join(root, name);
const sparseSize = 20 * GiB;
try {
  await writeObject('image');
  await sh(`cp ${storePath}/image ${file('image')}; sync`);
  const sparse = await store.begin('sparse', { sizeBytes: sparseSize });
  for (let index = 0; index < 100; index++) {
    await sparse.append([chunk(index)]);
    await sparse.appendZeros(Math.floor(sparseSize / 100) - MiB);
  }
  const { sizeBytes: sparseBytes } = await sparse.commit();

  const [serveBare, serveOurs] = [await listen(bare), await listen(ours)];
  await compare('write 1 GiB, durable', 'cp; sync', 1, {
    reference: () => sh(`cp ${file('image')} ${file('copy')}; sync ${file('copy')}`),
    ours: () => writeObject('written'),
    clean: async () => {
      await rm(file('copy'), { force: true });
      await store.remove('written').catch(() => undefined);
    },
  });
  await compare('copy 1 GiB, durable', 'cp --reflink=auto; sync', 1.2, {
    reference: () => sh(`cp --reflink=auto ${storePath}/image ${file('copy')}; sync ${file('copy')}`),
    ours: () => target.clone(store, { sourceKey: 'image', key: 'copy', sizeBytes: size, from: null }),
    clean: removeCopies,
  });
  await compare('copy 20 GiB sparse, 100 MiB of data', 'cp --sparse=auto; sync', 2, {
    reference: () => sh(`cp --sparse=auto ${storePath}/sparse ${file('copy')}; sync ${file('copy')}`),
    ours: () => target.clone(store, { sourceKey: 'sparse', key: 'copy', sizeBytes: sparseBytes, from: null }),
    clean: async () => {
      const facts = await stat(path.join(other, 'copy')).catch(() => null);
      if (facts && facts.blocks * 512 > 110 * MiB) throw new Error('the copy is not sparse any more');
      await removeCopies();
    },
  });
  await compare('read 1 GiB', 'cat', null, {
    reference: () => sh(`cat ${storePath}/image > /dev/null`),
    ours: async () => {
      let bytes = 0;
      const pool = new BufferPool();
      const range = { offset: 0, length: size };
      for await (const part of store.read('image', range, { allocate: pool.take })) {
        bytes += part.byteLength;
        pool.give(part);
      }
      if (bytes !== size) throw new Error('short');
    },
    clean: async () => undefined,
  });
  await compare('serve 1 GiB over HTTP', 'node:http, 512 KiB chunks', 1.5, {
    reference: () => sh(`curl -s -o /dev/null http://127.0.0.1:${serveBare.port}/`),
    ours: () => sh(`curl -s -o /dev/null http://127.0.0.1:${serveOurs.port}/`),
    clean: async () => undefined,
  });
  serveBare.server.close();
  serveOurs.server.close();
} finally {
  await rm(root, { recursive: true, force: true });
}

async function removeCopies(): Promise<void> {
  await rm(file('copy'), { force: true });
  await target.remove('copy').catch(() => undefined);
}

function bare(_request: http.IncomingMessage, response: http.ServerResponse): void {
  createReadStream(path.join(storePath, 'image'), { highWaterMark: 512 * KiB }).pipe(response);
}

function ours(_request: http.IncomingMessage, response: http.ServerResponse): void {
  void (async () => {
    const pool = new BufferPool();
    for await (const part of store.read('image', { offset: 0, length: size }, { allocate: pool.take })) {
      if (!response.write(part, () => pool.give(part))) await once(response, 'drain');
    }
    response.end();
  })();
}

async function listen(handler: http.RequestListener): Promise<{ server: http.Server; port: number }> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

interface Contest {
  reference(): Promise<unknown>;
  ours(): Promise<unknown>;
  clean(): Promise<void>;
}

async function compare(what: string, against: string, limit: number | null, contest: Contest): Promise<void> {
  const seconds = { reference: [] as number[], ours: [] as number[] };
  for (let run = 0; run < runs; run++) {
    for (const side of ['reference', 'ours'] as const) {
      await contest.clean();
      await settle();
      const startedAt = performance.now();
      await contest[side]();
      seconds[side].push((performance.now() - startedAt) / 1000);
    }
  }
  await contest.clean();
  const [reference, mine] = [median(seconds.reference), median(seconds.ours)];
  const ratio = mine / reference;
  const verdict =
    limit === null ? '' : ratio <= limit ? `, at most ${limit}: reached` : `, at most ${limit}: MISSED`;
  console.log(
    `${what}: ${mine.toFixed(3)} s against ${reference.toFixed(3)} s (${against}), ratio ${ratio.toFixed(2)}${verdict}`,
  );
  console.log(JSON.stringify({ what, against, ratio, limit, ...seconds }));
}

/** Lets what earlier runs left behind reach the disk, so that nobody pays for others. */
async function settle(): Promise<void> {
  const handle = await open(root, 'r');
  await handle.sync();
  await handle.close();
  await sh('sync');
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
