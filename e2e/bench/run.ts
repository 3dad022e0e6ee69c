/**
 * `npm run bench [-- name …] [--rounds N] [--size MiB] [--images N] [--database sqlite|postgres] [--transfers N]
 * [--large MiB]`: every figure as a ratio against its reference in the same run, as a table and as JSON
 * (bench-results.json in the temporary directory that it names).
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MiB } from '#lib/contract/limits.ts';
import type { Bench } from './bench.ts';
import { copies } from './copies.ts';
import { dispatch } from './dispatch.ts';
import { download } from './download.ts';
import { latency } from './latency.ts';
import { lists } from './lists.ts';
import { printTable, type Row } from './measure.ts';
import { memory } from './memory.ts';
import { million } from './million.ts';
import { replicas } from './replicas.ts';
import { s3Memory } from './s3-memory.ts';
import { s3 } from './s3.ts';
import { small } from './small.ts';
import { swift } from './swift.ts';
import { uploads } from './uploads.ts';

const all: Record<string, (bench: Bench) => Promise<Row[]>> = {
  uploads,
  small,
  download,
  copies,
  memory,
  latency,
  lists,
  million,
  replicas,
  dispatch,
  s3,
  's3-memory': s3Memory,
  swift,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    size: { type: 'string', default: '1024' },
    images: { type: 'string', default: '1000000' },
    database: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    transfers: { type: 'string', default: '10000' },
    large: { type: 'string', default: '8192' },
    directory: { type: 'string' },
  },
});
const chosen = positionals.length === 0 ? Object.keys(all) : positionals;
const unknown = chosen.filter((name) => !(name in all));
if (unknown.length > 0)
  throw new Error(`There is no benchmark ${unknown.join(', ')}. Choose of ${Object.keys(all).join(', ')}.`);

const directory = mkdtempSync(path.join(values.directory ?? tmpdir(), 'stowage-bench-'));
const endings: (() => void | Promise<void>)[] = [];
const bench: Bench = {
  directory,
  file: path.join(directory, 'random'),
  sizeBytes: Number(values.size) * MiB,
  rounds: Number(values.rounds),
  images: Number(values.images),
  databases: values.database,
  transfers: Number(values.transfers),
  largeBytes: Number(values.large) * MiB,
  after: (done) => void endings.push(done),
};
try {
  writeRandom(bench.file, bench.sizeBytes);
  const rows: Row[] = [];
  for (const name of chosen) {
    rows.push(...((await all[name]?.(bench)) ?? []));
    for (const end of endings.splice(0).reverse()) await end();
  }
  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${values.size} MiB, medians of ${values.rounds}\n`,
  );
  printTable(rows);
  const results = path.join(tmpdir(), 'bench-results.json');
  writeFileSync(results, JSON.stringify(rows, null, 2));
  console.log(`\nAll runs: ${results}`);
} finally {
  for (const end of endings.reverse()) await end();
  rmSync(directory, { recursive: true, force: true });
}

function writeRandom(file: string, bytes: number): void {
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(16 * MiB);
  for (let written = 0; written < bytes; written += block.byteLength) {
    randomFillSync(block);
    writeSync(descriptor, block, 0, Math.min(block.byteLength, bytes - written));
  }
  closeSync(descriptor);
}
