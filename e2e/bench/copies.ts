import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GiB, MiB } from '#lib/contract/limits.ts';
import type { HttpClient } from '#e2e/support/http.ts';
import { createTusUpload, patch, randomFile, waitForImage } from '#e2e/uploads/tus.ts';
import { compare, shell, type Candidate, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, removeImages, tus, type Target } from './upload.ts';

const sparseBytes = 20 * GiB;
const dataBytes = 100 * MiB;

/** Copies from store to store on one file system, against `cp` and against one pass of SHA-512; and a sparse one. */
export async function copies(bench: Bench): Promise<Row[]> {
  const server = await startBenchServer(bench);
  const client = clientOf(server);
  const upload = tus(server, bench.file, bench.sizeBytes, { stores: 'fast' });
  await upload.prepare?.();
  await upload.run();
  const imageId = await onlyImage(client);
  const target = path.join(bench.directory, 'cp-target');
  const unverified = await compare(
    'copy on one file system, until its bytes are durable',
    [
      cp('cp --reflink=auto; sync', `cp --reflink=auto ${bench.file} ${target}; sync ${target}`, target),
      { ...copy(server, imageId, 'bytes'), atMost: 1.2 },
    ],
    bench.rounds,
  );
  const verified = await compare(
    'copy on one file system, verified',
    [
      { name: 'one SHA-512 pass', run: () => shell(`sha512sum ${bench.file} > /dev/null`) },
      { ...copy(server, imageId, 'done'), atMost: 1.2 },
    ],
    bench.rounds,
  );
  await removeImages(client);
  const sparse = await sparseCopy(bench, server, client);
  return [...unverified, ...verified, ...sparse];
}

function cp(name: string, command: string, target: string): Candidate {
  return { name, prepare: () => rmSync(target, { force: true }), run: () => shell(command) };
}

/** `bytes`: until all bytes are durable in the target, which is before they are verified; `done`: until the copy counts. */
function copy(server: Target, imageId: string, until: 'bytes' | 'done'): Candidate {
  const client = clientOf(server);
  return {
    name: `Stowage, ${until === 'bytes' ? 'bytes durable' : 'verified and active'}`,
    pids: [server.pid],
    async prepare() {
      await client.send('DELETE', `/api/v1/images/${imageId}/locations/archive`);
      await waitForImage(client, imageId, (image) =>
        image.locations.every(({ store }) => store !== 'archive'),
      );
      await delay(300);
    },
    async run() {
      const startedAt = performance.now();
      const { transfers } = await client.json<{ transfers: { id: string }[] }>(
        'POST',
        `/api/v1/images/${imageId}/copies`,
        202,
        { stores: ['archive'] },
      );
      for (;;) {
        const transfer = await client.json<{
          state: string;
          bytes_done: number;
          bytes_total: number;
          error: string | null;
        }>('GET', `/api/v1/transfers/${transfers[0]?.id}`, 200);
        if (transfer.state === 'failed') throw new Error(transfer.error ?? 'failed');
        if (transfer.state === 'done') break;
        if (
          until === 'bytes' &&
          transfer.state === 'verifying' &&
          transfer.bytes_done === transfer.bytes_total
        )
          break;
        await delay(5);
      }
      const wallSeconds = (performance.now() - startedAt) / 1000;
      if (until === 'bytes')
        await waitForImage(
          client,
          imageId,
          (image) => image.locations.filter(({ state }) => state === 'active').length === 2,
          60_000,
        );
      return { wallSeconds };
    },
  };
}

async function sparseCopy(
  bench: Bench,
  server: Target & { directory: string },
  client: HttpClient,
): Promise<Row[]> {
  const upload = await createTusUpload(client, sparseBytes, { name: 'sparse', stores: 'fast' });
  // A qcow2 would do as well: a boot sector's worth of data, then runs of data far apart.
  const part = 10 * MiB;
  const gap = Math.floor((sparseBytes - dataBytes) / 10);
  let offset = 0;
  for (let i = 0; i < 10; i++) {
    await expect204(patch(client, upload, offset, randomFile(part)));
    offset += part;
    const zeros = i === 9 ? sparseBytes - offset : gap;
    await expect204(patch(client, upload, offset, undefined, { 'stowage-zeros': String(zeros) }));
    offset += zeros;
  }
  await waitForImage(client, upload.imageId, undefined, 120_000);
  const source = spawnSync('bash', ['-c', `ls ${server.directory}/data/stores/fast/${upload.imageId}-*`])
    .stdout.toString()
    .trim();
  const target = path.join(bench.directory, 'cp-target');
  const rows = await compare(
    'copy of 20 GiB with 100 MiB of data',
    [
      cp('cp --sparse=auto; sync', `cp --sparse=auto ${source} ${target}; sync ${target}`, target),
      { ...copy(server, upload.imageId, 'bytes'), atMost: 2 },
    ],
    bench.rounds,
  );
  const blocks = spawnSync('bash', [
    '-c',
    `du -m ${server.directory}/data/stores/archive/${upload.imageId}-* | cut -f1`,
  ])
    .stdout.toString()
    .trim();
  const last = rows.at(-1);
  if (last) last.note = `takes ${blocks} MiB on disk`;
  return rows;
}

async function expect204(answer: Promise<Response>): Promise<void> {
  const { status } = await answer;
  if (status !== 204) throw new Error(`a PATCH was answered ${status}`);
}

async function onlyImage(client: HttpClient): Promise<string> {
  const { images } = await client.json<{ images: { id: string }[] }>('GET', '/api/v1/images', 200);
  return images[0]?.id ?? '';
}
