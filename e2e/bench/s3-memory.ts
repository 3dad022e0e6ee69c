import { writeFileSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import http from 'node:http';
import { freemem } from 'node:os';
import { Readable } from 'node:stream';
import { startCeph } from '#e2e/servers/ceph.ts';
import { MiB } from '#lib/contract/limits.ts';
import { peakOf, shell, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { s3Config } from './s3.ts';
import { startBenchServer } from './server.ts';
import { clientOf, removeImages } from './upload.ts';

const smallBytes = 256 * MiB;

/**
 * Peak resident memory of the server while it takes and gives one large image, against one of 256 MiB. The bytes are
 * made on the way, so the disk needs nothing; the radosgw keeps them in memory.
 */
export async function s3Memory(bench: Bench): Promise<Row[]> {
  if (freemem() < bench.largeBytes * 1.2) {
    process.stderr.write(
      '  s3-memory: too little memory is free for the radosgw; choose a smaller --large\n',
    );
    return [];
  }
  const started = await startCeph();
  if (!started.ok) throw new Error(started.reason);
  const { radosgw, remove } = started.ceph;
  bench.after(remove);
  const config = s3Config(radosgw);
  const small = await peaks(bench, config, smallBytes);
  const large = await peaks(bench, config, bench.largeBytes);
  return (['upload', 'download'] as const).map((step) => ({
    benchmark: `peak memory with S3, ${bench.largeBytes / MiB} MiB against 256 MiB`,
    candidate: step,
    medianSeconds: NaN,
    cpuSeconds: NaN,
    runs: [small[step], large[step]],
    ratio: large[step] / small[step],
    target: '≤ +64 MiB',
    met: large[step] - small[step] <= 64 * MiB,
    note: `${(small[step] / MiB).toFixed(0)} MiB, then ${(large[step] / MiB).toFixed(0)} MiB`,
  }));
}

async function peaks(bench: Bench, config: string, sizeBytes: number) {
  const server = await startBenchServer(bench, { config });
  const client = clientOf(server);
  const image = await client.json<{ id: string }>('POST', '/image/v2/images', 201, {
    name: 'bench',
    disk_format: 'raw',
    container_format: 'bare',
  });
  const url = `${server.url}/image/v2/images/${image.id}/file`;
  const reset = () => writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  reset();
  await sendPattern(url, server.token, sizeBytes);
  const upload = peakOf(server.pid);
  reset();
  await shell(`curl -sf -o /dev/null -H 'x-auth-token: ${server.token}' ${url}`);
  const download = peakOf(server.pid);
  await removeImages(client);
  await server.stop();
  return { upload, download };
}

/** Random bytes that never repeat: a counter in each MiB. Zeros would be stored as holes. */
function* pattern(sizeBytes: number): Generator<Buffer> {
  const block = randomFillSync(Buffer.alloc(MiB));
  for (let offset = 0; offset < sizeBytes; offset += MiB) {
    block.writeDoubleLE(offset, 0);
    yield Buffer.from(block);
  }
}

function sendPattern(url: string, token: string, sizeBytes: number): Promise<void> {
  const headers = {
    'x-auth-token': token,
    'content-type': 'application/octet-stream',
    'content-length': String(sizeBytes),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'PUT', headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 204) resolve();
        else reject(new Error(`PUT was answered ${answer.statusCode}`));
      });
    });
    request.on('error', reject);
    Readable.from(pattern(sizeBytes), { objectMode: false }).pipe(request);
  });
}
