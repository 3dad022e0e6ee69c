import { MiB } from '#lib/contract/limits.ts';
import { compare, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, floor, put, removeImages, startStock, stock, tus } from './upload.ts';

/** PUT and tus against the floor; two stores against one; and without hashes against the stock library. */
export async function uploads(bench: Bench): Promise<Row[]> {
  const { file, sizeBytes, rounds } = bench;
  const server = await startBenchServer(bench);
  const hashed = await compare(
    'upload, hashed and durable',
    [
      floor(file, bench.directory),
      { ...put(server, file, sizeBytes, 'fast'), atMost: 1.0 },
      { ...tus(server, file, sizeBytes, { stores: 'fast' }), atMost: 1.0 },
      { ...tus(server, file, sizeBytes, { stores: 'fast', patchBytes: 64 * MiB }), atMost: 1.0 },
    ],
    rounds,
  );
  const fanOut = await compare(
    'upload into two stores',
    [
      tus(server, file, sizeBytes, { stores: 'fast' }),
      { ...tus(server, file, sizeBytes, { stores: 'fast,archive' }), atMost: 1.3 },
    ],
    rounds,
  );
  await removeImages(clientOf(server));
  await server.stop();
  const unhashed = await startBenchServer(bench, { env: { STOWAGE_BENCHMARK_WITHOUT_HASHES: 'true' } });
  const reference = await startStock(bench.directory);
  bench.after(() => void reference.child.kill());
  const bare = await compare(
    'upload, hashing off',
    [
      stock(reference, file, sizeBytes),
      { ...tus(unhashed, file, sizeBytes, { stores: 'fast', unfinished: true }), atMost: 1.0 },
    ],
    rounds,
  );
  return [...hashed, ...fanOut, ...bare];
}
