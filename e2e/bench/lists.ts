import path from 'node:path';
import { median, percentile, type Row } from './measure.ts';
import type { Bench } from './run.ts';
import { seedImages } from './seed-images.ts';
import { startBenchServer } from './server.ts';

const pages = {
  'console list, first page': '/api/v1/images',
  'Images API, 25 by name': '/image/v2/images?limit=25&sort=name:asc',
};

/** First pages at 100,000 images against 1,000. */
export async function lists(bench: Bench): Promise<Row[]> {
  const few = await measure(bench, 1_000);
  const many = await measure(bench, 100_000);
  return Object.keys(pages).map((page) => {
    const [before, after] = [few.get(page) ?? [], many.get(page) ?? []];
    const ratio = median(after) / median(before);
    return {
      benchmark: 'list at 100,000 images against 1,000',
      candidate: page,
      medianSeconds: median(after) / 1000,
      cpuSeconds: NaN,
      runs: [],
      ratio,
      target: '≤ 1.5',
      met: ratio <= 1.5,
      note: `p50 ${median(before).toFixed(1)} ms, then ${median(after).toFixed(1)} ms (p99 ${percentile(after, 0.99).toFixed(1)} ms)`,
    };
  });
}

async function measure(bench: Bench, count: number): Promise<Map<string, number[]>> {
  const first = await startBenchServer(bench);
  await first.stop();
  seedImages(path.join(first.directory, 'data', 'stowage.db'), count);
  const server = await startBenchServer(bench, { directory: first.directory });
  const times = new Map<string, number[]>();
  for (let round = 0; round < 220; round++) {
    for (const [page, url] of Object.entries(pages)) {
      const startedAt = performance.now();
      const answer = await fetch(server.url + url, { headers: { 'x-auth-token': server.token } });
      const text = await answer.text();
      if (answer.status !== 200 || text.length < 1000)
        throw new Error(`${url} was answered ${answer.status}`);
      // The first twenty warm caches and the compiler.
      if (round >= 20) times.set(page, [...(times.get(page) ?? []), performance.now() - startedAt]);
    }
  }
  await server.stop();
  return times;
}
