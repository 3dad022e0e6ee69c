/**
 * Uploads, copies, moves and deletes over HTTP, while the server is killed with -9 at random moments. In the end, after
 * it had its time to clean up, every promise is compared with what lies in the database and in the stores.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';
import { findBroken } from './invariants.ts';
import { putImage, workUntil, type World } from './load.ts';
import { directoryPlace, type Place } from './places.ts';
import { Random } from './random.ts';
import { sqliteRows } from './rows.ts';
import { settle } from './settle.ts';

export interface TortureOptions {
  /** Longer where that is too short for three kills. */
  seconds: number;
  seed: number;
  say(line: string): void;
  /** Of the stores by id; the first one is the default. Three directories without it. */
  places?: ReadonlyMap<string, Place>;
}

export interface TortureReport {
  counts: Record<string, number>;
  broken: string[];
}

const workers = 6;
const imagesAtStart = 8;
const leastKills = 3;

function toConfig(places: ReadonlyMap<string, Place>): string {
  const entries = [...places].map(
    ([id, { entry }], index) => `  - { id: ${id}, weight: ${100 - index}, ${entry} }`,
  );
  return `default_store: ${[...places.keys()][0]}\nstores:\n${entries.join('\n')}\n`;
}

/** The last one on a file system of its own where there is one, so that copies to it go through the process. */
function choosePlaces(test: Cleanup, directory: string): Map<string, Place> {
  const places = new Map(
    ['fast', 'archive', 'tape'].map((id) => [id, directoryPlace(path.join(directory, 'stores', id))]),
  );
  const memory = '/dev/shm';
  if (existsSync(memory))
    places.set('tape', directoryPlace(path.join(temporaryDirectory(test, memory), 'tape')));
  return places;
}

export async function torture(test: Cleanup, options: TortureOptions): Promise<TortureReport> {
  const { seconds, seed, say } = options;
  const directory = temporaryDirectory(test);
  const places = options.places ?? choosePlaces(test, directory);
  const config = toConfig(places);
  const random = new Random(seed);
  let server = await startServer(test, { directory, config });
  let client = httpClient(server.url, { 'x-auth-token': await signIn(server) });
  const { port } = server;
  let isReady = Promise.resolve();
  const world: World = {
    random: new Random(seed + 1),
    stores: [...places.keys()],
    images: [],
    broken: [],
    counts: new Map(),
    say,
    client: () => client,
    ready: () => isReady,
  };
  for (let i = 0; i < imagesAtStart; i += 1) await putImage(world);
  const endsAt = performance.now() + seconds * 1000;
  let kills = 0;
  const isOver = (): boolean => performance.now() >= endsAt && kills >= leastKills;
  const load = Promise.all(Array.from({ length: workers }, () => workUntil(world, isOver)));
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
  const rows = sqliteRows(path.join(directory, 'data', 'stowage.db'));
  const unsettled = await settle(client, [...places.keys()][0], 90, rows);
  await server.stop();
  const broken = await findBroken(rows, places, world.images);
  await rows.close();
  return {
    counts: Object.fromEntries(world.counts),
    broken: [...world.broken, ...unsettled, ...broken],
  };
}
