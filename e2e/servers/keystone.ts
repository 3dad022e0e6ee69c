/** OpenStack's identity service from Debian's package, from nothing, for tests: SQLite, fernet tokens, loopback. */
import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireDebian, type Skippable } from '#e2e/support/debian.ts';
import { freePorts } from '#e2e/support/free-port.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { issueToken, type Credentials } from '#e2e/support/sign-in.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';
import { seedKeystone } from './keystone-seed.ts';
import { keepTemplate, takeTemplate } from './keystone-template.ts';
import { programEnvironment, startProgram, waitForAnswer, type Program } from './program.ts';

const execute = promisify(execFile);

export const keystonePackages = [
  'keystone',
  'uwsgi-core',
  'uwsgi-plugin-python3',
  'memcached',
  'sqlite3',
] as const;

/** Of the user `admin` in the project `admin`; the other users have `seedPassword`. */
export const keystoneAdminPassword = 'admin-pw';

export interface TestKeystone {
  /** `http://127.0.0.1:<port>/v3`: what clients call the auth URL. */
  readonly url: string;
  /** A token for a project, by default the administrator's. */
  signIn(credentials?: Credentials): Promise<string>;
  /** Requests as the administrator, paths without `/v3`: `json('POST', '/projects', 201, { project })`. */
  asAdministrator(): Promise<HttpClient>;
  /** Makes the catalog lead to a service in all three interfaces, in region RegionOne. */
  setEndpoint(type: string, name: string, url: string): Promise<void>;
  /** From the next `start` on: how long the tokens live that are issued then. */
  setTokenSeconds(seconds: number): void;
  log(): string;
  /** Ends the service; its data stays. */
  stop(): Promise<void>;
  /** After `stop`: again, with the same data on the same port. */
  start(): Promise<void>;
}

/**
 * Starts it with what `seedKeystone` describes; null when it cannot be had here, and then a test is skipped. Takes
 * half a gigabyte, three seconds, and ten more the first time.
 */
export async function startKeystone(
  test: Cleanup & Partial<Skippable>,
  options: { readonly processes?: number } = {},
): Promise<TestKeystone | null> {
  const requirement = await requireDebian(keystonePackages);
  if (!requirement.ok) {
    test.skip?.(requirement.reason);
    return null;
  }
  const directory = temporaryDirectory(test);
  const [port = 0, cachePort = 0] = await freePorts(2);
  const origin = `http://127.0.0.1:${port}`;
  const url = `${origin}/v3`;
  writeConfiguration(directory, { port, cachePort, processes: options.processes ?? 2 });
  const isSeeded = await takeTemplate(directory, url);
  if (!isSeeded) await createDatabase(directory, url);

  let programs: Program[] = [];
  const logFile = path.join(directory, 'keystone.log');
  const start = async () => {
    const cache = startProgram({
      command: `memcached -u nobody -l 127.0.0.1 -p ${cachePort} -U 0 -m 64`.split(' '),
      directory,
      logFile: path.join(directory, 'memcached.log'),
    });
    const service = startProgram({
      command: ['uwsgi', '--ini', path.join(directory, 'uwsgi.ini')],
      directory,
      logFile,
    });
    programs = [service, cache];
    await waitForAnswer(url, service);
  };
  const stop = async () => {
    const ending = programs;
    programs = [];
    await Promise.all(ending.map((program) => program.stop()));
  };
  test.after(stop);
  await start();

  const keystone: TestKeystone = {
    url,
    signIn: (credentials) => issueToken(url, { password: keystoneAdminPassword, ...credentials }),
    asAdministrator: async () => httpClient(url, { 'x-auth-token': await keystone.signIn() }),
    setEndpoint: async (type, name, endpoint) =>
      setEndpoint(await keystone.asAdministrator(), type, name, endpoint),
    setTokenSeconds: (seconds) =>
      appendFileSync(path.join(directory, 'keystone.conf'), `[token]\nexpiration = ${seconds}\n`),
    log: () => programs[0]?.log() ?? '',
    stop,
    start,
  };
  if (!isSeeded) {
    await seedKeystone(await keystone.asAdministrator());
    await keepTemplate(directory);
  }
  return keystone;
}

function writeConfiguration(
  directory: string,
  { port, cachePort, processes }: { port: number; cachePort: number; processes: number },
): void {
  for (const name of ['fernet', 'credential']) mkdirSync(path.join(directory, name), { mode: 0o700 });
  // Hashing is cheap here and nothing is synced: none of it outlives the test. Without a shared cache each validation
  // takes half a second.
  writeFileSync(
    path.join(directory, 'keystone.conf'),
    `[database]
connection = sqlite:///${directory}/keystone.db
sqlite_synchronous = false
[token]
provider = fernet
[fernet_tokens]
key_repository = ${directory}/fernet
[credential]
key_repository = ${directory}/credential
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memcached
memcache_servers = 127.0.0.1:${cachePort}
`,
  );
  // SQLite's objects belong to one thread; uwsgi's own HTTP would keep connections that it has closed.
  writeFileSync(
    path.join(directory, 'uwsgi.ini'),
    `[uwsgi]
plugins = python3
http-socket = 127.0.0.1:${port}
wsgi-file = /usr/bin/keystone-wsgi-public
pyargv = --config-file ${directory}/keystone.conf
env = OS_KEYSTONE_CONFIG_DIR=${directory}
env = OS_KEYSTONE_CONFIG_FILES=keystone.conf
master = true
processes = ${processes}
threads = 1
lazy-apps = true
buffer-size = 65535
rem-header = Content-Length
add-header = Connection: close
die-on-term = true
no-orphans = true
disable-logging = true
`,
  );
}

async function createDatabase(directory: string, url: string): Promise<void> {
  const run = (program: string, ...args: string[]) =>
    execute(program, args, { cwd: directory, env: programEnvironment(), maxBuffer: 16 * 1024 * 1024 });
  const manage = (...args: string[]) =>
    run('/usr/bin/keystone-manage', '--config-file', path.join(directory, 'keystone.conf'), ...args);
  const owner = ['--keystone-user', 'root', '--keystone-group', 'root'];
  await manage('db_sync');
  // Otherwise whoever writes keeps all others from reading, and they fail.
  await run('/usr/bin/sqlite3', path.join(directory, 'keystone.db'), 'PRAGMA journal_mode=WAL');
  await manage('fernet_setup', ...owner);
  await manage('credential_setup', ...owner);
  const interfaces = ['public', 'internal', 'admin'].flatMap((name) => [`--bootstrap-${name}-url`, url]);
  const password = ['--bootstrap-password', keystoneAdminPassword];
  await manage('bootstrap', ...password, '--bootstrap-region-id', 'RegionOne', ...interfaces);
}

async function setEndpoint(admin: HttpClient, type: string, name: string, url: string): Promise<void> {
  const { services } = await admin.json<{ services: { id: string }[] }>('GET', `/services?type=${type}`, 200);
  for (const { id } of services) await admin.json('DELETE', `/services/${id}`, 204);
  const { service } = await admin.json<{ service: { id: string } }>('POST', '/services', 201, {
    service: { type, name },
  });
  for (const each of ['public', 'internal', 'admin']) {
    await admin.json('POST', '/endpoints', 201, {
      endpoint: { service_id: service.id, interface: each, region_id: 'RegionOne', url },
    });
  }
}
