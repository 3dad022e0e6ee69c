/**
 * Lists, searches and counts at a million images against ten thousand, on SQLite and on PostgreSQL: the use cases as the
 * routes call them, without HTTP. `--images` for another number than a million, `--database` for one of the two.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import pg from 'pg';
import { ordinaryCaller, type Actor } from '#lib/auth/actor.ts';
import { openPolicy } from '#lib/auth/policy-set.ts';
import { withImpliedRoles } from '#lib/auth/roles.ts';
import { loadConfig } from '#lib/config/load.ts';
import { ImageListQuery } from '#lib/contract/images.ts';
import { toImageListJson } from '#lib/http/image-api/image-list-json.ts';
import { parseListQuery } from '#lib/http/image-api/list-query.ts';
import type { Context } from '#lib/runtime/context.ts';
import { openRuntime } from '#lib/runtime/open-runtime.ts';
import { listImageSummaries } from '#lib/services/images/list-summaries.ts';
import { listImages } from '#lib/services/images/list.ts';
import { listStores } from '#lib/services/stores/list.ts';
import { startPostgres } from '#e2e/support/postgres.ts';
import { owners, rareOwner, storesLike } from '#e2e/seed/cloud.ts';
import { seedRows, type Batch } from '#e2e/seed/images.ts';
import { writeRows } from '#e2e/seed/write.ts';
import type { Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { growthRow, percentileOf, timeInTurns, type Probe, type Times } from './time-in-turns.ts';

const few = 10_000;
const storeIds = ['fast', 'archive', 'ceph', 'edge', 'spare'];

/** What people type, from the dense to the rare and to what is not there. */
const searches = [
  'ubuntu',
  '24.04-gpu',
  'Windows',
  'snapshot-prod',
  'prod-web-00',
  'web-123',
  '20250301',
  'build-77',
  'étude',
  'golden/kafka',
  'billing 3f',
  'deb',
  'u',
  'nothing-like-it',
];

/** An asker with the places where its lists are half through. */
interface Cloud {
  of(actor: Actor): Context;
  images: number;
  /** Cursor of the console's list, marker of the Images API's. */
  middle: { cursor: string; marker: string };
}

const actors: Record<string, Actor> = {
  administrator: actor('operator', true),
  'tenant with few images': actor(rareOwner, false),
};

/** Each is done by each of the actors. Of what needs attention, or has a tag, a tenant sees no full page of the few. */
const unlike = new Set(['console, what needs attention', 'Images API, 25 of a tag']);
const pages: Record<string, (ctx: Context, cloud: Cloud) => Promise<unknown>> = {
  'console, first page': (ctx) => consolePage(ctx, {}),
  'console, page in the middle': (ctx, { middle }) => consolePage(ctx, { cursor: middle.cursor }),
  'console, images of a store': (ctx) => consolePage(ctx, { store: 'ceph' }),
  'console, a store that has the oldest': (ctx) => consolePage(ctx, { store: 'archive' }),
  'console, by size': (ctx) => consolePage(ctx, { sort: 'size' }),
  'console, what needs attention': (ctx) => consolePage(ctx, { tab: 'attention' }),
  'Images API, 25 by name': (ctx) => apiPage(ctx, 'limit=25&sort=name:asc'),
  'Images API, behind the middle': (ctx, { middle }) =>
    apiPage(ctx, `limit=25&sort=name:asc&marker=${middle.marker}`),
  'Images API, 25 of a tag': (ctx) => apiPage(ctx, 'limit=25&sort=name:asc&tag=golden'),
};

export async function million(bench: Bench): Promise<Row[]> {
  return [
    ...(bench.databases.includes('sqlite') ? await onSqlite(bench) : []),
    ...(bench.databases.includes('postgres') ? await onPostgres(bench) : []),
  ];
}

function onSqlite(bench: Bench): Promise<Row[]> {
  return compareSizes(bench, 'SQLite', (name) => `sqlite:${path.join(bench.directory, `${name}.db`)}`);
}

async function onPostgres(bench: Bench): Promise<Row[]> {
  const started = await startPostgres({ shared_buffers: '1GB', max_wal_size: '8GB' });
  if (!started.ok) {
    process.stderr.write(`  without PostgreSQL: ${started.reason}\n`);
    return [];
  }
  const { server } = started;
  bench.after(() => server.remove());
  return await compareSizes(bench, 'PostgreSQL', async (name) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  });
}

async function compareSizes(
  bench: Bench,
  dialect: string,
  makeDatabase: (name: string) => string | Promise<string>,
): Promise<Row[]> {
  const clouds = [
    await openCloud(bench, await makeDatabase('few'), few),
    await openCloud(bench, await makeDatabase('many'), bench.images),
  ];
  const benchmark = (what: string) => `${dialect}, ${bench.images.toLocaleString('en')} images: ${what}`;
  const turns = { rounds: bench.rounds, runsInRound: 20, warmUps: 10 };
  const rows: Row[] = [];
  const compare = async (what: string, candidate: string, run: (cloud: Cloud) => Promise<unknown>) => {
    const probes: Probe[] = clouds.map((cloud) => ({ name: candidate, run: () => run(cloud) }));
    const [before = [], after = []] = await timeInTurns(probes, turns);
    const goal = unlike.has(what) ? null : { times: 1.5, moreMilliseconds: 1 };
    rows.push(growthRow({ benchmark: benchmark(what), candidate }, before, after, goal));
  };
  for (const [who, asker] of Object.entries(actors)) {
    for (const [what, page] of Object.entries(pages)) {
      await compare(what, who, (cloud) => page(cloud.of(asker), cloud));
    }
    const probes = clouds.flatMap((cloud) =>
      searches.map((q) => ({ name: q, run: () => consolePage(cloud.of(asker), { q }) })),
    );
    const times = await timeInTurns(probes, { ...turns, runsInRound: 10 });
    rows.push(searchRow(benchmark('search for a part of a name'), who, times));
  }
  await compare('stores with their counts', 'administrator', (cloud) =>
    listStores(cloud.of(Object.values(actors)[0] as Actor)),
  );
  return rows;
}

/** Of both sizes, the searches of each in one. */
function together(times: readonly Times[]): [Times, Times] {
  const merge = (some: readonly Times[]): Times =>
    (some[0] ?? []).map((_, round) => some.flatMap((each) => each[round] ?? []));
  return [merge(times.slice(0, searches.length)), merge(times.slice(searches.length))];
}

function searchRow(benchmark: string, candidate: string, times: readonly Times[]): Row {
  const [before, after] = together(times);
  const [few95, many95] = [percentileOf(before, 0.95), percentileOf(after, 0.95)];
  const row = growthRow({ benchmark, candidate }, before, after, { times: 1.5 });
  return {
    ...row,
    target: 'p95 ≤ 50 ms',
    met: many95 <= 50,
    note: `${row.note}; p95 ${few95.toFixed(1)}, then ${many95.toFixed(1)} ms; slowest ${slowest(times)}`,
  };
}

/** Of the many images. */
function slowest(times: readonly Times[]): string {
  const medians = times
    .slice(searches.length)
    .map((each, i) => ({ search: searches[i], median: percentileOf(each, 0.5) }));
  const [first, second] = medians.sort((a, b) => b.median - a.median);
  return [first, second].map((each) => `${each?.search} ${each?.median.toFixed(1)}`).join(', ');
}

async function openCloud(bench: Bench, database: string, images: number): Promise<Cloud> {
  const directory = path.join(bench.directory, `cloud-${images}-${path.basename(database)}`);
  mkdirSync(directory, { recursive: true });
  const stores = storeIds.map(
    (id, i) =>
      `  - { id: ${id}, driver: filesystem, weight: ${100 - i}, options: { path: ${id}, shared: true } }\n`,
  );
  writeFileSync(path.join(directory, 'stowage.yaml'), `default_store: fast\nstores:\n${stores.join('')}`);
  const config = loadConfig(
    { STOWAGE_DATA_DIR: directory, STOWAGE_ADMIN_PASSWORD: 'of no use', STOWAGE_DATABASE_URL: database },
    directory,
  );
  const log = pino({ level: 'warn' });
  // Migrates; nobody has it open while it is filled.
  await (await openRuntime(config, log, { role: 'none' })).close();
  const startedAt = performance.now();
  const middle = new Middle();
  await writeRows(
    database,
    middle.watch(
      seedRows({
        images,
        seed: 1,
        stores: storesLike(storeIds),
        owners: owners(300),
        rare: { owner: rareOwner, every: Math.ceil(images / 40) },
      }),
    ),
  );
  process.stderr.write(`  ${images} images in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  const runtime = await openRuntime(config, log, { role: 'none' });
  bench.after(() => runtime.close());
  return {
    images,
    middle: middle.found(),
    of: (asker) => ({ runtime, actor: asker, requestId: 'req-of-the-benchmark', log }),
  };
}

/** Sees the rows on their way. */
class Middle {
  #updatedAt: number[] = [];
  #public: { id: string; name: string }[] = [];

  *watch(batches: Iterable<Batch>): Generator<Batch> {
    for (const batch of batches) {
      for (const { id, sort_name: name, updated_at, visibility, hidden, status } of batch.images ?? []) {
        this.#updatedAt.push(updated_at);
        // Everybody sees it.
        if (visibility === 'public' && !hidden && status === 'active') this.#public.push({ id, name });
      }
      yield batch;
    }
  }

  found(): Cloud['middle'] {
    this.#updatedAt.sort((a, b) => a - b);
    this.#public.sort((a, b) => (a.name < b.name ? -1 : 1));
    const at = this.#updatedAt[Math.floor(this.#updatedAt.length / 2)];
    const marker = this.#public[Math.floor(this.#public.length / 2)]?.id ?? '';
    const cursor = Buffer.from(JSON.stringify(['updated_at', 'desc', at, marker])).toString('base64url');
    return { cursor, marker };
  }
}

function actor(project: string, administrator: boolean): Actor {
  return {
    userId: `user-of-${project}`,
    userName: project,
    projectId: project,
    projectName: project,
    roles: withImpliedRoles([administrator ? 'admin' : 'member']),
    administrator,
    ...ordinaryCaller,
    policy: openPolicy(),
    via: 'token',
    tokenHash: null,
    expiresAt: null,
  };
}

async function consolePage(ctx: Context, query: Record<string, string>): Promise<string> {
  return JSON.stringify(await listImageSummaries(ctx, ImageListQuery.parse(query)));
}

async function apiPage(ctx: Context, text: string): Promise<string> {
  const query = new URLSearchParams(text);
  const page = await listImages(ctx, parseListQuery(query));
  return JSON.stringify(await toImageListJson(ctx, page, query));
}
