import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFillSync } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { MiB } from '#lib/contract/limits.ts';
import { openHashPool } from '#lib/pipeline/hash-pool.ts';
import { verifyObject } from '#lib/pipeline/hash-object.ts';
import { openRoad } from '#lib/pipeline/road.ts';
import { openSlotPool } from '#lib/pipeline/slots.ts';
import type { HashName, Piece } from '#lib/pipeline/types.ts';
import { FilesystemStore } from '#lib/stores/drivers/filesystem/filesystem-store.ts';
import { guardStore } from '#lib/stores/guarded-store.ts';
import { compare, printTable, shell, type Candidate } from './measure.ts';

/**
 * The pipeline alone, without Next and the database, against the tools that do the same; what bounds it shows in the
 * CPU seconds. Usage: node e2e/bench/pipeline.ts [--rounds=5] [--size-mib=1024] [--directory=/tmp]
 */
const given = new Map(
  process.argv.slice(2).map((text) => text.replace(/^--/, '').split('=') as [string, string]),
);
const rounds = Number(given.get('rounds') ?? 5);
const sizeBytes = Number(given.get('size-mib') ?? 1024) * MiB;
const root = await mkdtemp(join(given.get('directory') ?? tmpdir(), 'stowage-pipeline-bench-'));
const file = join(root, 'file');
const copy = join(root, 'copy');
const slots = openSlotPool();
const hashPool = openHashPool();
const stores = ['one', 'two'].map((id) =>
  guardStore(new FilesystemStore(id, { path: join(root, id), shared: false })),
);
const both: HashName[] = ['md5', 'sha512'];
let count = 0;

async function carry(
  source: AsyncIterable<Piece>,
  storeCount: number,
  hashes: HashName[],
): Promise<(string | null)[]> {
  const key = `image-${count++}`;
  const writers = await Promise.all(
    stores.slice(0, storeCount).map(async (store) => ({
      storeId: store.id,
      writer: await store.begin(key, { sizeBytes }),
    })),
  );
  const options = { startOffset: 0, sizeBytes, writers, hashes, inspect: true, allMustSucceed: true };
  const road = await openRoad(options, { slots, hashPool });
  for await (const piece of source) await road.write(piece);
  const { digests } = await road.finish();
  await Promise.all(writers.map(({ writer }) => writer.commit()));
  await road.close();
  return digests.pieces;
}

const block = randomFillSync(Buffer.alloc(64 * MiB));
async function* memory(): AsyncGenerator<Piece> {
  for (let sent = 0; sent < sizeBytes; sent += 64 * 1024) {
    const start = sent % block.length;
    yield block.subarray(start, start + 64 * 1024);
  }
}

async function removeCopies(): Promise<void> {
  await rm(copy, { force: true });
  for (const store of stores) await store.remove(`image-${count - 1}`).catch(() => undefined);
}

/** PUT /<stores>/<md5,sha512 or nothing>, or PUT /plain: into one file, then fsync. */
const server = http.createServer({ highWaterMark: 1 * MiB }, async (request, response) => {
  const [, storeCount, hashes] = request.url?.split('/') ?? [];
  if (storeCount === 'plain') {
    const target = await open(copy, 'w');
    await pipeline(request, target.createWriteStream({ flush: true }));
  } else await carry(request, Number(storeCount), hashes ? both : []);
  response.end();
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const pids = [process.pid];
const put =
  (path: string): Candidate['run'] =>
  async () => {
    const { cpuSeconds } = await shell(`curl -sfT ${file} -H 'Expect:' ${address}${path}`);
    return { cpuSeconds };
  };
const road = (name: string, run: Candidate['run'], atMost?: number) => ({
  name,
  pids,
  prepare: removeCopies,
  run,
  ...(atMost === undefined ? {} : { atMost }),
});

try {
  for (const store of stores) {
    await store.writeMarker({ storeId: store.id, token: store.id, createdAt: new Date().toISOString() });
  }
  await shell(`head -c ${sizeBytes} /dev/urandom > ${file}; sync ${file}`);
  const floor = `tee >(md5sum >/dev/null) >(sha512sum >/dev/null) < ${file} > ${copy}; sync ${copy}`;
  const rows = [
    ...(await compare(
      'hashed',
      [
        { name: 'tee, md5sum, sha512sum, sync', prepare: removeCopies, run: () => shell(floor) },
        road('memory, one store', async () => void (await carry(memory(), 1, both))),
        road('file, one store', async () => void (await carry(createReadStream(file), 1, both))),
        road('socket, one store', put('/1/hashed'), 1),
      ],
      rounds,
    )),
    ...(await compare(
      'hashed, two stores',
      [road('socket, one store', put('/1/hashed')), road('socket, two stores', put('/2/hashed'), 1.3)],
      rounds,
    )),
    ...(await compare(
      'not hashed',
      [
        road('node:http to a file, fsync', put('/plain')),
        road('socket, one store', put('/1'), 1),
        road('memory, one store', async () => void (await carry(memory(), 1, []))),
        road('memory, two stores', async () => void (await carry(memory(), 2, []))),
      ],
      rounds,
    )),
  ];
  await removeCopies();
  const pieces = await carry(createReadStream(file), 1, []);
  const stored = `image-${count - 1}`;
  const [store] = stores;
  if (!store) throw new Error('no store');
  const sha512 = (await shell(`sha512sum ${file} > ${copy}`)) && (await sha512Of(copy));
  rows.push(
    ...(await compare(
      'verify',
      [
        { name: 'openssl dgst -sha512', run: () => shell(`openssl dgst -sha512 ${file}`) },
        { name: 'by SHA-512', pids, run: () => verified(null), atMost: 1.2 },
        { name: 'by pieces (BLAKE3)', pids, run: () => verified(pieces), atMost: 1.2 },
      ],
      rounds,
    )),
  );
  printTable(rows);
  console.log(JSON.stringify(rows));

  async function verified(known: (string | null)[] | null): Promise<void> {
    if (!store) return;
    const { ok } = await verifyObject({ slots, hashPool }, store, stored, {
      sizeBytes,
      pieces: known,
      sha512,
    });
    if (!ok) throw new Error('The stored object is not what was sent.');
  }
} finally {
  server.close();
  server.closeAllConnections();
  await hashPool.close();
  slots.close();
  await rm(root, { recursive: true, force: true });
}

async function sha512Of(path: string): Promise<string> {
  const handle = await open(path);
  try {
    return (await handle.readFile('utf8')).slice(0, 128);
  } finally {
    await handle.close();
  }
}
