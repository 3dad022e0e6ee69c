import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { GiB, MiB } from '#lib/contract/limits.ts';
import { waitForImage } from '#e2e/uploads/tus.ts';
import { median, peakOf, shell, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, put, removeImages } from './upload.ts';

/** Peak resident memory of the server while it takes, copies and gives 16 GiB, against the same with 256 MiB. */
export async function memory(bench: Bench): Promise<Row[]> {
  const rounds: { small: Peaks; large: Peaks }[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    rounds.push({ small: await peaks(bench, 256 * MiB), large: await peaks(bench, 16 * GiB) });
  }
  return (['upload', 'copy', 'download'] as const).map((step) => {
    const large = rounds.map((round) => round.large[step]);
    const [before, after] = [median(rounds.map((round) => round.small[step])), median(large)];
    return {
      benchmark: 'peak memory, 16 GiB against 256 MiB',
      candidate: step,
      medianSeconds: NaN,
      cpuSeconds: NaN,
      runs: large,
      ratio: after / before,
      target: '≤ +64 MiB',
      met: after - before <= 64 * MiB,
      note: `${(before / MiB).toFixed(0)} MiB, then ${(after / MiB).toFixed(0)} MiB`,
    };
  });
}

interface Peaks {
  upload: number;
  copy: number;
  download: number;
}

/** A sparse source with a MiB of data in every 64, so that it passes through the pipeline without filling the disk. */
async function peaks(bench: Bench, sizeBytes: number): Promise<Peaks> {
  const file = path.join(bench.directory, 'sparse-source');
  spawnSync('truncate', ['-s', String(sizeBytes), file]);
  const server = await startBenchServer(bench);
  const client = clientOf(server);
  const sending = put(server, file, sizeBytes, 'fast');
  await sending.prepare?.();
  reset(server.pid);
  await sending.run();
  const upload = peakOf(server.pid);
  const { images } = await client.json<{ images: { id: string }[] }>('GET', '/api/v1/images', 200);
  const id = images[0]?.id ?? '';
  reset(server.pid);
  await client.json('POST', `/api/v1/images/${id}/copies`, 202, { stores: ['archive'] });
  await waitForImage(
    client,
    id,
    (image) => image.locations.filter(({ state }) => state === 'active').length === 2,
    300_000,
  );
  const copy = peakOf(server.pid);
  reset(server.pid);
  await shell(
    `curl -sf -o /dev/null -H 'x-auth-token: ${server.token}' ${server.url}/image/v2/images/${id}/file`,
  );
  const download = peakOf(server.pid);
  await removeImages(client);
  await server.stop();
  return { upload, copy, download };
}

/** Sets the kernel's high-water mark back to what is resident now. */
function reset(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
