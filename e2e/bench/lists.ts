import path from 'node:path';
import { owners, rareOwner, storesLike } from '#e2e/seed/cloud.ts';
import { seedRows } from '#e2e/seed/images.ts';
import { writeRows } from '#e2e/seed/write.ts';
import type { Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer, type BenchServer } from './server.ts';
import { growthRow, timeInTurns } from './time-in-turns.ts';

const pages = {
  'console list, first page': '/api/v1/images',
  'Images API, 25 by name': '/image/v2/images?limit=25&sort=name:asc',
};

/** First pages over HTTP at 100,000 images against 1,000. */
export async function lists(bench: Bench): Promise<Row[]> {
  const servers = [await serverWith(bench, 1_000), await serverWith(bench, 100_000)];
  const probes = Object.entries(pages).flatMap(([name, url]) =>
    servers.map((server) => ({ name, run: () => get(server, url) })),
  );
  const times = await timeInTurns(probes, { rounds: bench.rounds, runsInRound: 40, warmUps: 20 });
  for (const server of servers) await server.stop();
  return Object.keys(pages).map((candidate, i) =>
    growthRow(
      { benchmark: 'list at 100,000 images against 1,000', candidate },
      times[2 * i] ?? [],
      times[2 * i + 1] ?? [],
      { times: 1.5 },
    ),
  );
}

async function serverWith(bench: Bench, images: number): Promise<BenchServer> {
  const first = await startBenchServer(bench);
  await first.stop();
  await writeRows(
    path.join(first.directory, 'data', 'stowage.db'),
    seedRows({
      images,
      seed: 1,
      // Not those of the server, which would look for the objects.
      stores: storesLike(['nvme', 'tape']),
      isHealthy: true,
      owners: owners(20),
      rare: { owner: rareOwner, every: 100 },
    }),
  );
  return await startBenchServer(bench, { directory: first.directory });
}

async function get(server: BenchServer, url: string): Promise<void> {
  const answer = await fetch(server.url + url, { headers: { 'x-auth-token': server.token } });
  const text = await answer.text();
  if (answer.status !== 200 || text.length < 1000) throw new Error(`${url} was answered ${answer.status}`);
}
