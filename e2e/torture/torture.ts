/**
 * Uploads, copies, moves and deletes over HTTP, while the server is killed with -9 at random moments. In the end, after
 * it had its time to clean up, every promise is compared with what lies in the database and in the stores.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';
import { findBroken } from './invariants.ts';
import { putImage, workUntil, type World } from './load.ts';
import { Random } from './random.ts';

export interface TortureOptions {
  seconds: number;
  seed: number;
  say(line: string): void;
}

export interface TortureReport {
  kills: number;
  counts: Record<string, number>;
  broken: string[];
}

const stores = ['fast', 'archive', 'tape'] as const;
const workers = 6;
const imagesAtStart = 8;
const settleSeconds = 90;

function toConfig(places: ReadonlyMap<string, string>): string {
  const entries = [...places].map(
    ([id, place], index) =>
      `  - { id: ${id}, driver: filesystem, weight: ${100 - index}, options: { path: ${place} } }`,
  );
  return `default_store: fast\nstores:\n${entries.join('\n')}\n`;
}

/** The last one on a file system of its own where there is one, so that copies to it go through the process. */
function choosePlaces(test: Cleanup, directory: string): Map<string, string> {
  const places = new Map<string, string>(stores.map((id) => [id, path.join(directory, 'stores', id)]));
  const memory = '/dev/shm';
  if (existsSync(memory)) places.set('tape', path.join(temporaryDirectory(test, memory), 'tape'));
  return places;
}

export async function torture(test: Cleanup, { seconds, seed, say }: TortureOptions): Promise<TortureReport> {
  const directory = temporaryDirectory(test);
  const places = choosePlaces(test, directory);
  const config = toConfig(places);
  const random = new Random(seed);
  let server = await startServer(test, { directory, config });
  let client = httpClient(server.url, { 'x-auth-token': await signIn(server) });
  const { port } = server;
  let isReady = Promise.resolve();
  const world: World = {
    random: new Random(seed + 1),
    stores,
    images: [],
    broken: [],
    counts: new Map(),
    say,
    client: () => client,
    ready: () => isReady,
  };
  for (let i = 0; i < imagesAtStart; i += 1) await putImage(world);
  const endsAt = performance.now() + seconds * 1000;
  const isOver = (): boolean => performance.now() >= endsAt;
  const load = Promise.all(Array.from({ length: workers }, () => workUntil(world, isOver)));
  let kills = 0;
  while (!isOver()) {
    await sleep(random.between(100, 3_000));
    if (isOver()) break;
    const back = Promise.withResolvers<void>();
    isReady = back.promise;
    await server.kill();
    kills += 1;
    server = await startServer(test, { directory, config, port });
    client = httpClient(server.url, { 'x-auth-token': await signIn(server) });
    back.resolve();
  }
  await load;
  say(`killed ${kills} times; settling`);
  const unsettled = await settle(server, client);
  await server.stop();
  return {
    kills,
    counts: Object.fromEntries(world.counts),
    broken: [...world.broken, ...unsettled, ...(await findBroken(directory, places, world.images))],
  };
}

/** Lets what is under way end, gives up what nobody will go on with, and waits until nothing moves any more. */
async function settle(server: TestServer, client: HttpClient): Promise<string[]> {
  const deadline = performance.now() + settleSeconds * 1000;
  for (;;) {
    const { uploads } = await client.json<{ uploads: { id: string; state: string }[] }>(
      'GET',
      '/api/v1/uploads',
      200,
    );
    for (const { id, state } of uploads) {
      if (state === 'done' || state === 'checking') continue;
      const answer = await client.send('DELETE', `/api/v1/uploads/${id}`);
      await answer.body?.cancel();
    }
    const open = await listTransfers(client, 'open');
    const failed = await listTransfers(client, 'failed');
    for (const { id, state } of [...open, ...failed]) {
      const verb = state === 'paused' ? 'resume' : state === 'failed' ? 'cancel' : null;
      if (verb === null) continue;
      const answer = await client.send('POST', `/api/v1/transfers/${id}/${verb}`);
      await answer.body?.cancel();
    }
    // Runs the reconciler, and lists the stores.
    await client.json('GET', '/api/v1/stores/fast/strays?refresh=true', 200);
    const waiting = [...open, ...failed].length + (await countUnsettled(client));
    if (waiting === 0) return [];
    if (performance.now() > deadline) {
      return [
        `${waiting} transfers or copies had not come to an end after ${settleSeconds} s at ${server.url}`,
      ];
    }
    await sleep(1_000);
  }
}

async function listTransfers(client: HttpClient, state: string): Promise<{ id: string; state: string }[]> {
  const { transfers } = await client.json<{ transfers: { id: string; state: string }[] }>(
    'GET',
    `/api/v1/transfers?limit=500&state=${state}`,
    200,
  );
  return transfers;
}

async function countUnsettled(client: HttpClient): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { images: { status: string; locations: { state: string }[] }[]; next_cursor: string | null } =
      await client.json('GET', `/api/v1/images?limit=500${query}`, 200);
    for (const { status, locations } of page.images) {
      if (status === 'saving') count += 1;
      count += locations.filter(({ state }) => state !== 'active').length;
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  return count;
}
