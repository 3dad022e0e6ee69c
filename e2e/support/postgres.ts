/** A PostgreSQL of our own for tests: Debian's programs, a data directory of its own, a loopback port. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianEnvironment, requireDebian } from './debian.ts';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  /** Of the database `postgres`, as superuser; other databases have the same address with their name as its path. */
  readonly url: string;
  /** What it wrote to its log so far. */
  log(): string;
  /** `fast`: as an administrator restarts it; `immediate`: as a crash ends it. Its data stays. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** After `stop`: again, with the same data on the same port. */
  start(): Promise<void>;
  /** The end of the server and of its data directory; by itself when this process ends, however it does. */
  remove(): Promise<void>;
}

export type PostgresOrReason =
  { readonly ok: true; readonly server: TestPostgres } | { readonly ok: false; readonly reason: string };

/** Ends the server when it reads a line, or nothing because whoever started it is gone; then it also tidies up. */
const watchdog = `
  trap '' INT TERM
  directory=$1; shift
  "$@" & server=$!
  read -r answer
  kill -INT $server 2>/dev/null
  wait $server
  [ "$answer" = stop ] || rm -rf "$directory"`;

/**
 * The collation is that of a language and not "C", as with most operators: what relies on the order of bytes has to
 * say so itself. What was acknowledged is on the disk, as there. `more`: settings beside or instead of those for tests.
 */
export async function startPostgres(more: Readonly<Record<string, string>> = {}): Promise<PostgresOrReason> {
  const requirement = await requireDebian(['postgresql']);
  const programs = findPrograms();
  if (programs === null) {
    return {
      ok: false,
      reason: requirement.ok ? 'there is no PostgreSQL of version 15 or later here' : requirement.reason,
    };
  }
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-postgres-'));
  const data = path.join(directory, 'data');
  const logFile = path.join(directory, 'log');
  const owner = ownerOfServer();
  if (owner.uid !== undefined) chownSync(directory, owner.uid, owner.gid ?? owner.uid);
  const spawning = { ...owner, cwd: directory, env: debianEnvironment() };
  execFileSync(
    path.join(programs, 'initdb'),
    `--pgdata=${data} --username=stowage --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8
     --locale-provider=icu --icu-locale=en-US`.split(/\s+/),
    { ...spawning, stdio: 'pipe' },
  );
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    log_line_prefix: '%m [%p] %d ',
    ...more,
  };
  const command = [path.join(programs, 'postgres'), '-D', data].concat(
    Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  );
  const log = () => readFileSync(logFile, 'utf8');
  const ask = `--quiet --host=127.0.0.1 --port=${port} --username=stowage --dbname=postgres`.split(' ');
  const isReady = () => spawnSync(path.join(programs, 'pg_isready'), ask).status === 0;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const output = openSync(logFile, 'a');
    child = spawn('sh', ['-c', watchdog, 'watchdog', directory, ...command], {
      ...spawning,
      stdio: ['pipe', output, output],
    });
    closeSync(output);
    // Nothing of it keeps this process alive.
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    const deadline = performance.now() + 30_000;
    while (!isReady()) {
      if (performance.now() > deadline) throw new Error(`PostgreSQL did not start:\n${log()}`);
      await sleep(50);
    }
  }

  async function end(answer: 'stop\n' | ''): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    child = undefined;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.ref();
    ending.stdin?.end(answer);
    await ended;
  }

  await start();
  return {
    ok: true,
    server: {
      url: `postgres://stowage@127.0.0.1:${port}/postgres`,
      log,
      start,
      async stop(mode = 'fast') {
        if (mode === 'immediate')
          process.kill(
            Number.parseInt(readFileSync(path.join(data, 'postmaster.pid'), 'utf8'), 10),
            'SIGQUIT',
          );
        await end('stop\n');
      },
      remove: () => end(''),
    },
  };
}

/** The newest version, 15 or later: older ones have no collations of ICU for a whole database. */
function findPrograms(): string | null {
  const all = '/usr/lib/postgresql';
  if (!existsSync(all)) return null;
  const versions = readdirSync(all)
    .map(Number)
    .filter((version) => version >= 15);
  versions.sort((a, b) => b - a);
  const found = versions
    .map((version) => path.join(all, `${version}`, 'bin'))
    .find((directory) => existsSync(path.join(directory, 'initdb')));
  return found ?? null;
}

/** The server refuses to run as root. */
function ownerOfServer(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
