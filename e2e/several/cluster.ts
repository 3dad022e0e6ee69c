/** Several web processes and workers on one PostgreSQL, behind nginx: everything real, all on this machine. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { requireDebian, type Requirement } from '#e2e/support/debian.ts';
import { startPostgres, type TestPostgres } from '#e2e/support/postgres.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { startNginx, type Nginx } from './nginx.ts';
import { webProcess, workerProcess, type Process } from './process.ts';

export interface ClusterOptions {
  webs?: number;
  workers?: number;
  /** Whether transfers run in web processes too; default true. */
  webTransfers?: boolean;
  /** Ids of directory stores; the last one on a file system of its own where there is one. */
  stores?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Where all of it lies; a temporary directory by default. */
  directory?: string;
}

/** Processes that share a database. */
export interface Processes {
  readonly postgres: TestPostgres;
  readonly databaseUrl: string;
  readonly webs: readonly Process[];
  readonly workers: readonly Process[];
  /** Directories of the stores by id. */
  readonly places: ReadonlyMap<string, string>;
  /** One more web process, of which nobody else knows. */
  addWeb(name: string): Process;
  /** Ends that nobody asked for. */
  surprises(): string[];
  /** Before its owner ends. */
  end(): Promise<void>;
}

export interface Cluster extends Processes {
  /** Of the balancer. */
  readonly url: string;
  readonly nginx: Nginx;
  /** Signed in as the administrator; one token, at the balancer. */
  readonly client: HttpClient;
  readonly token: string;
  /** The same caller at one replica. */
  at(web: Process): HttpClient;
}

/** What a cluster needs from Debian. */
export const requireCluster = (): Promise<Requirement> => requireDebian(['postgresql', 'nginx']);

/** Ends with its owner: a test, or a whole file; also what is started again in one of its tests. */
export async function startProcesses(owner: Cleanup, options: ClusterOptions): Promise<Processes> {
  const { webs: webCount = 0, workers: workerCount = 0, stores = ['fast', 'archive'], env = {} } = options;
  const endings: (() => void | Promise<void>)[] = [];
  const end = async () => {
    for (const ending of endings.splice(0).reverse()) await ending();
  };
  owner.after(end);
  const test: Cleanup = { after: (done) => void endings.push(done) };
  const directory = options.directory ?? temporaryDirectory(test);
  const places = choosePlaces(test, directory, stores);
  const config = toConfig(places, options.webTransfers ?? true);
  const started = await startPostgres();
  if (!started.ok) throw new Error(started.reason);
  const postgres = started.server;
  test.after(() => postgres.remove());
  const shared = {
    STOWAGE_DATABASE_URL: postgres.url,
    STOWAGE_SECRET_KEY: randomBytes(32).toString('hex'),
    ...env,
  };
  const optionsOf = (name: string) => ({
    directory: path.join(directory, name),
    config,
    env: shared,
    readyWithinMilliseconds: 90_000,
  });
  const addWeb = (name: string) => webProcess(test, name, optionsOf(name));
  const webs = Array.from({ length: webCount }, (_, i) => addWeb(`web-${i + 1}`));
  const workers = Array.from({ length: workerCount }, (_, i) =>
    workerProcess(test, `worker-${i + 1}`, optionsOf(`worker-${i + 1}`)),
  );
  // All at once, as after a power cut: one of them migrates.
  await Promise.all([...webs, ...workers].map((process) => process.start()));
  return {
    postgres,
    databaseUrl: postgres.url,
    webs,
    workers,
    places,
    addWeb,
    surprises: () => [...webs, ...workers].flatMap((process) => process.surprises),
    end,
  };
}

/** The same behind nginx, and signed in. */
export async function startCluster(owner: Cleanup, options: ClusterOptions): Promise<Cluster> {
  const processes = await startProcesses(owner, options);
  const nginx = await startNginx(
    owner,
    processes.webs.map(({ port }) => port),
  );
  const token = await signIn(nginx);
  const headers = { 'x-auth-token': token };
  return {
    ...processes,
    url: nginx.url,
    nginx,
    token,
    client: httpClient(nginx.url, headers),
    at: (web) => httpClient(web.url, headers),
  };
}

function choosePlaces(test: Cleanup, directory: string, stores: readonly string[]): Map<string, string> {
  const places = new Map(stores.map((id) => [id, path.join(directory, 'stores', id)]));
  const last = stores.at(-1);
  const memory = '/dev/shm';
  if (last !== undefined && stores.length > 1 && existsSync(memory)) {
    places.set(last, path.join(temporaryDirectory(test, memory), last));
  }
  return places;
}

function toConfig(places: ReadonlyMap<string, string>, webTransfers: boolean): string {
  const entries = [...places].map(
    ([id, place], i) =>
      `  - { id: ${id}, driver: filesystem, weight: ${100 - i}, options: { path: ${place}, shared: true } }`,
  );
  return `default_store: ${[...places.keys()][0]}\ntransfers: { in_web_processes: ${webTransfers} }\nstores:\n${entries.join('\n')}\n`;
}
