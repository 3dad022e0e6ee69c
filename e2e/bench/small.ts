import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { MiB } from '#lib/contract/limits.ts';
import { manyUploads } from './many-uploads.ts';
import { compare, median, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, removeImages, startStock } from './upload.ts';

const uploadsAtOnce = 1_000;

/** 1,000 concurrent uploads of 2 MiB, MD5 deferred, against the stock library: time and memory. */
export async function small(bench: Bench): Promise<Row[]> {
  const config = `checksum_md5: deferred\ndefault_store: fast\nstores:\n  - id: fast\n    driver: filesystem\n    options: { path: stores/fast }\n`;
  const server = await startBenchServer(bench, { config });
  const reference = await startStock(bench.directory);
  bench.after(() => void reference.child.kill());
  const peaks = { stock: [] as number[], ours: [] as number[] };
  const rows = await compare(
    `${uploadsAtOnce} uploads of 2 MiB at once`,
    [
      {
        ...manyUploads('stock @tus/server FileStore, fsync', reference, '/files', uploadsAtOnce, peaks.stock),
        prepare() {
          for (const name of readdirSync(reference.directory)) rmSync(path.join(reference.directory, name));
        },
      },
      {
        ...manyUploads('Stowage, SHA-512, MD5 deferred', server, '/api/uploads', uploadsAtOnce, peaks.ours),
        prepare: () => removeImages(clientOf(server)),
        atMost: 0.6,
      },
    ],
    bench.rounds,
  );
  const memory = median(peaks.ours) / median(peaks.stock);
  rows.push({
    benchmark: 'peak memory of that',
    candidate: 'Stowage against stock',
    medianSeconds: NaN,
    cpuSeconds: NaN,
    runs: peaks.ours,
    ratio: memory,
    target: '≤ 0.5',
    met: memory <= 0.5,
    note: `${(median(peaks.ours) / MiB).toFixed(0)} MiB against ${(median(peaks.stock) / MiB).toFixed(0)} MiB`,
  });
  return rows;
}
