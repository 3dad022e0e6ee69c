import { rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startCeph, type Radosgw } from '#e2e/servers/ceph.ts';
import { debianEnvironment, requireDebian } from '#e2e/support/debian.ts';
import { MiB } from '#lib/contract/limits.ts';
import { compare, peakOf, shell, type Candidate, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer, type BenchServer } from './server.ts';
import { createTusUpload } from '#e2e/uploads/tus.ts';
import { clientOf, put, removeImages, sendFile, tus } from './upload.ts';

const partMebibytes = 16;
const parallelParts = 4;

/**
 * Into S3, out of it and inside of it, against rclone with parts of the same size and as many of them at once, on the
 * same radosgw. The floor of the uploads hashes as we do beside rclone, which does not.
 */
export async function s3(bench: Bench): Promise<Row[]> {
  const installed = await requireDebian(['rclone']);
  const started = await startCeph();
  if (!installed.ok || !started.ok) {
    process.stderr.write(
      `  s3: ${installed.ok ? '' : installed.reason}${started.ok ? '' : started.reason}\n`,
    );
    return [];
  }
  const { radosgw, remove } = started.ceph;
  bench.after(remove);
  const rclone = configureRclone(bench, radosgw);
  await shell(`${rclone} mkdir s3:reference`);
  const server = await startBenchServer(bench, { config: s3Config(radosgw) });
  const object = `s3:reference/${path.basename(bench.file)}`;
  const clean = () => shell(`${rclone} delete s3:reference`).then(() => removeImages(clientOf(server)));
  const hashes = `(md5sum ${bench.file} & sha512sum ${bench.file} & wait) > /dev/null`;
  const upload = await compare(
    'upload into S3',
    [
      {
        name: 'rclone copyto, and the hashes of the floor',
        prepare: clean,
        async run() {
          const [sent, hashed] = [
            await shell(`${rclone} copyto ${bench.file} ${object}`),
            await shell(hashes),
          ];
          return {
            wallSeconds: sent.wallSeconds + hashed.wallSeconds,
            cpuSeconds: sent.cpuSeconds + hashed.cpuSeconds,
          };
        },
      },
      { ...put(server, bench.file, bench.sizeBytes, 's3'), atMost: 1 },
      { ...tus(server, bench.file, bench.sizeBytes, { stores: 's3' }), atMost: 1 },
    ],
    bench.rounds,
  );
  await clean();
  await shell(`${rclone} copyto ${bench.file} ${object}`);
  const imageId = await uploadOnce(bench, server);
  const target = path.join(bench.directory, 'downloaded');
  const fresh = () => rmSync(target, { force: true });
  const download = await compare(
    'download from S3',
    [
      { name: 'rclone copyto', prepare: fresh, run: () => shell(`${rclone} copyto ${object} ${target}`) },
      {
        name: 'Stowage, curl to a file',
        pids: [server.pid],
        prepare: fresh,
        run: () =>
          shell(
            `curl -sf -o ${target} -H 'x-auth-token: ${server.token}' ${server.url}/image/v2/images/${imageId}/file`,
          ),
        atMost: 1.1,
      },
    ],
    bench.rounds,
  );
  const copy = await compare(
    'copy inside S3 until its bytes stand',
    [
      {
        name: 'rclone copyto, server side',
        prepare: () => shell(`${rclone} delete s3:reference/copy`).then(() => undefined),
        run: () => shell(`${rclone} copyto ${object} s3:reference/copy`),
      },
      { ...copyInside(server, imageId), atMost: 1.1 },
    ],
    bench.rounds,
  );
  return [...upload, ...download, ...copy, ...(await memory(bench, server))];
}

function configureRclone(bench: Bench, { endpoint, accessKey, secretKey }: Radosgw): string {
  const file = path.join(bench.directory, 'rclone.conf');
  const lines = {
    type: 's3',
    provider: 'Ceph',
    endpoint,
    access_key_id: accessKey,
    secret_access_key: secretKey,
    chunk_size: `${partMebibytes}Mi`,
    upload_concurrency: String(parallelParts),
    upload_cutoff: `${partMebibytes}Mi`,
  };
  const text = Object.entries(lines).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(file, `[s3]\n${text.join('\n')}\n`);
  const options = `--config ${file} --multi-thread-streams ${parallelParts} --multi-thread-cutoff ${partMebibytes}Mi`;
  // It cannot have a bundle of certificates of its own with this transport.
  return `env -u AWS_CA_BUNDLE PATH=${debianEnvironment().PATH} rclone ${options}`;
}

export function s3Config({ endpoint, accessKey, secretKey }: Radosgw): string {
  const store = (id: string) => `
  - id: ${id}
    driver: s3
    options:
      endpoint: ${endpoint}
      bucket: bench-${id}
      access_key: ${accessKey}
      secret_key: ${secretKey}
      create_bucket: true
      part_size_mib: ${partMebibytes}
      parallel_parts: ${parallelParts}`;
  return `default_store: s3\nstores:${store('s3')}${store('s3-other')}\n`;
}

async function uploadOnce(bench: Bench, server: BenchServer): Promise<string> {
  const upload = put(server, bench.file, bench.sizeBytes, 's3');
  await upload.prepare?.();
  await upload.run();
  const { images } = await clientOf(server).json<{ images: { id: string }[] }>(
    'GET',
    '/image/v2/images',
    200,
  );
  return images[0]?.id ?? '';
}

function copyInside(server: BenchServer, imageId: string): Candidate {
  const client = clientOf(server);
  return {
    name: 'Stowage, server side',
    pids: [server.pid],
    async prepare() {
      await client.send('DELETE', `/api/v1/images/${imageId}/locations/s3-other`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    },
    async run() {
      const startedAt = performance.now();
      const { transfers } = await client.json<{ transfers: { id: string }[] }>(
        'POST',
        `/api/v1/images/${imageId}/copies`,
        202,
        { stores: ['s3-other'] },
      );
      for (let wallSeconds = 0; ;) {
        const transfer = await client.json<{ state: string; error: string | null }>(
          'GET',
          `/api/v1/transfers/${transfers[0]?.id}`,
          200,
        );
        if (transfer.state === 'failed') throw new Error(transfer.error ?? 'failed');
        // The read-back that proves it comes afterwards; the next run begins when it is over.
        if (transfer.state === 'verifying') wallSeconds ||= (performance.now() - startedAt) / 1000;
        if (transfer.state === 'done') {
          return { wallSeconds: wallSeconds || (performance.now() - startedAt) / 1000 };
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

/** The highest resident memory of the server with one upload and with four at once. */
async function memory(bench: Bench, server: BenchServer): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [1, 4]) {
    await removeImages(clientOf(server));
    await writeFile(`/proc/${server.pid}/clear_refs`, '5');
    const client = clientOf(server);
    const fields = { name: 'bench', stores: 's3' };
    const uploads = await Promise.all(
      Array.from({ length: count }, () => createTusUpload(client, bench.sizeBytes, fields)),
    );
    const range = { start: 0, end: bench.sizeBytes };
    const headers = {
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'x-auth-token': server.token,
      'upload-offset': '0',
    };
    const startedAt = performance.now();
    await Promise.all(
      uploads.map((upload) => sendFile(server.url + upload.path, 'PATCH', bench.file, range, headers)),
    );
    const peakMebibytes = peakOf(server.pid) / MiB;
    rows.push({
      benchmark: 'memory of uploads into S3',
      candidate: `${count} at once`,
      medianSeconds: (performance.now() - startedAt) / 1000,
      cpuSeconds: NaN,
      runs: [peakMebibytes],
      ratio: null,
      target: '≤ 300 MiB',
      met: peakMebibytes <= 300,
      note: `peak ${peakMebibytes.toFixed(0)} MiB`,
    });
  }
  return rows;
}
