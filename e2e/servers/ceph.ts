/** A Ceph of our own for tests: monitor, OSD in memory, manager and radosgw, without systemd, ready in two seconds. */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { debianEnvironment, requireDebian } from '../support/debian.ts';
import { freePorts } from '../support/free-port.ts';
import { cephConfig } from './ceph-config.ts';

const execute = promisify(execFile);

export interface Radosgw {
  /** Of the S3 API, path style. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of the Swift API: auth v1. */
  readonly swift: { readonly authUrl: string; readonly username: string; readonly password: string };
  /** Another user of the S3 API, who owns nothing. */
  readonly stranger: { readonly accessKey: string; readonly secretKey: string };
}

export interface TestCeph {
  /** `ceph.conf` and the keyring of client.admin are in it. */
  readonly directory: string;
  readonly radosgw: Radosgw;
  /** Runs a program of Ceph against it and returns what it wrote. */
  run(command: string, ...parameters: string[]): Promise<string>;
  /** The end of its processes and of its directory. */
  remove(): Promise<void>;
}

export type CephOrReason =
  { readonly ok: true; readonly ceph: TestCeph } | { readonly ok: false; readonly reason: string };

export interface CephOptions {
  /** Pools for block devices beside it. */
  readonly pools?: readonly string[];
  /** More settings for [global]. */
  readonly more?: Readonly<Record<string, string>>;
}

const packages = ['ceph-mon', 'ceph-osd', 'ceph-mgr', 'radosgw', 'ceph-common'];

export async function startCeph({ pools = [], more = {} }: CephOptions = {}): Promise<CephOrReason> {
  const requirement = await requireDebian(packages);
  if (!requirement.ok) return requirement;
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-ceph-'));
  for (const name of ['run', 'log', 'mon', 'osd', 'mgr', 'crash', 'no-modules', 'rgw']) {
    mkdirSync(path.join(directory, name));
  }
  const env = { ...debianEnvironment(), CEPH_CONF: path.join(directory, 'ceph.conf') };
  const run = async (command: string, ...parameters: string[]) =>
    (await execute(command, parameters, { env, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 })).stdout;
  const remove = watchOver(directory);
  const [gateway = 0, v2 = 0, v1 = 0] = await freePorts(3);
  const id = randomUUID();
  const ports = {
    monitor: [v2, v1],
    first: 20_000 + Math.floor(Math.random() * 400) * 30,
    gateway,
  } as const;
  try {
    writeFileSync(env.CEPH_CONF, cephConfig(directory, { id, ports, more }));
    await startCluster(directory, id, ports.monitor, run);
    for (const pool of pools) {
      await run('ceph', 'osd', 'pool', 'create', pool, '8');
      await run('ceph', 'osd', 'pool', 'application', 'enable', pool, 'rbd');
    }
    const radosgw = await startRadosgw(gateway, run);
    return {
      ok: true,
      ceph: {
        directory,
        radosgw,
        run,
        remove,
      },
    };
  } catch (error) {
    const log = readdirSync(path.join(directory, 'log')).map((name) =>
      tail(path.join(directory, 'log', name)),
    );
    await remove();
    throw new Error(`Ceph did not start:\n${log.join('\n')}`, { cause: error });
  }
}

/**
 * Ends everything when it reads a line, or nothing because whoever started it is gone. By SIGKILL: there is nothing in
 * it that anybody wants, and its own way takes seven seconds.
 */
const watchdog = `
  trap '' INT TERM
  read -r answer
  for file in "$1"/run/*.pid; do kill -9 "$(cat "$file")" 2>/dev/null; done
  sleep 0.1
  rm -rf "$1"`;

/** Returns what ends all that runs from this directory. */
function watchOver(directory: string): () => Promise<void> {
  const child = spawn('sh', ['-c', watchdog, 'watchdog', directory], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Nothing of it keeps this process alive.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return async () => {
    child.ref();
    child.stdin.end();
    await ended;
  };
}

type Run = (command: string, ...parameters: string[]) => Promise<string>;

async function startCluster(
  directory: string,
  id: string,
  [v2, v1]: readonly [number, number],
  run: Run,
): Promise<void> {
  const inside = (name: string) => path.join(directory, name);
  const keyring = inside('keyring');
  const grant = (name: string, ...caps: string[]) =>
    run(
      'ceph-authtool',
      keyring,
      '--gen-key',
      '-n',
      name,
      ...caps.flatMap((cap) => ['--cap', ...cap.split('=')]),
    );
  await run('ceph-authtool', '--create-keyring', keyring);
  // Every key is made before the monitor, which takes them over: asking it for each is slow.
  await grant('client.admin', 'mon=allow *', 'osd=allow *', 'mds=allow *', 'mgr=allow *');
  await grant('mon.', 'mon=allow *');
  await grant('osd.0', 'mon=allow profile osd', 'osd=allow *', 'mgr=allow profile osd');
  await grant('mgr.x', 'mon=allow profile mgr', 'osd=allow *', 'mds=allow *');
  await grant('client.rgw', 'mon=allow rw', 'osd=allow rwx');
  const addresses = `[v2:127.0.0.1:${v2},v1:127.0.0.1:${v1}]`;
  await run('monmaptool', '--create', '--fsid', id, '--addv', 'x', addresses, inside('monmap'));
  await run('ceph-mon', '--mkfs', '-i', 'x', '--monmap', inside('monmap'), '--keyring', keyring);
  await run('ceph-mon', '-i', 'x');
  const osd = randomUUID();
  await run('ceph', 'osd', 'new', osd);
  await run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
  await run('ceph-osd', '-i', '0');
  await run('ceph-mgr', '-i', 'x');
}

async function startRadosgw(port: number, run: Run): Promise<Radosgw> {
  const endpoint = `http://127.0.0.1:${port}`;
  await run('radosgw', '-n', 'client.rgw');
  await answers(endpoint);
  const user = (name: string, accessKey: string, secretKey: string) =>
    run(
      'radosgw-admin',
      'user',
      'create',
      `--uid=${name}`,
      `--display-name=${name}`,
      '--max-buckets=0',
      `--access-key=${accessKey}`,
      `--secret-key=${secretKey}`,
    );
  await user('images', 'AKIMAGES', 'secret-of-images');
  await user('stranger', 'AKSTRANGER', 'secret-of-stranger');
  await run(
    'radosgw-admin',
    'subuser',
    'create',
    '--uid=images',
    '--subuser=images:swift',
    '--access=full',
    '--key-type=swift',
    '--secret-key=swift-secret',
  );
  return {
    endpoint,
    accessKey: 'AKIMAGES',
    secretKey: 'secret-of-images',
    stranger: { accessKey: 'AKSTRANGER', secretKey: 'secret-of-stranger' },
    swift: { authUrl: `${endpoint}/auth/v1.0`, username: 'images:swift', password: 'swift-secret' },
  };
}

async function answers(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`no answer from ${url}`);
}

function tail(file: string): string {
  return `${file}:\n${readFileSync(file, 'utf8').slice(-2000)}`;
}
