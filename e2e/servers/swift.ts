/** An OpenStack Swift of our own for tests: Debian's programs, one device that is a directory, loopback ports. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { debianEnvironment, requireDebian } from '#e2e/support/debian.ts';
import { freePorts } from '#e2e/support/free-port.ts';
import { startProgram, waitForAnswer, type Program } from './program.ts';
import { proxyConfiguration, serverConfiguration, type KeystoneOfSwift } from './swift-configuration.ts';

export interface TestSwift {
  /** Of tempauth (`/auth/v1.0`). The storage URL in its answer has the host that was asked, so a proxy stays in the way. */
  readonly authUrl: string;
  /** `http://127.0.0.1:port` of the proxy server with tempauth, which is also the endpoint of its S3 API. */
  readonly url: string;
  readonly port: number;
  /** Owns the account AUTH_test. */
  readonly username: 'test:tester';
  readonly password: 'testing';
  /** In the same account without a right, until a container or the account names it in an ACL. */
  readonly reader: { readonly username: 'test:reader'; readonly password: 'reading' };
  /** May set quotas on every account. */
  readonly administrator: { readonly username: 'admin:admin'; readonly password: 'admin' };
  /** Parts of a multipart upload are at least 5 MiB, as with AWS. */
  readonly s3: {
    readonly accessKey: 'test:tester';
    readonly secretKey: 'testing';
    readonly region: 'us-east-1';
  };
  /** The proxy server that asks Keystone, with `keystone` only: `http://127.0.0.1:port`. Accounts are AUTH_<project id>. */
  readonly keystoneUrl: string | null;
  /** What the servers wrote so far. */
  log(): string;
  /** The end of the servers and of their directory. The servers end by themselves when this process does, however that is. */
  remove(): Promise<void>;
}

export interface SwiftOptions {
  /** A second proxy server is started that asks this Keystone who calls. */
  readonly keystone?: KeystoneOfSwift;
  /** Tempauth tells storage URLs with https://, for who put TLS in front of it. */
  readonly isBehindTls?: boolean;
  /** Processes of each proxy and object server. 1 by default; benchmarks want more. */
  readonly workers?: number;
  /** Where its files are: a file system with extended attributes. By default the directory for temporary files. */
  readonly parent?: string;
}

export type SwiftOrReason =
  { readonly ok: true; readonly server: TestSwift } | { readonly ok: false; readonly reason: string };

export const swiftPackages = [
  'swift-proxy',
  'swift-account',
  'swift-container',
  'swift-object',
  'memcached',
] as const;

/** One ring for each kind of server, with one replica on one device. One process instead of nine calls of the builder. */
const makeRings = `
import sys
from swift.common.ring import RingBuilder
for name, port in zip(('account', 'container', 'object'), sys.argv[2:]):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'd1', 'weight': 1,
                     'replication_ip': '127.0.0.1', 'replication_port': int(port), 'meta': ''})
    builder.rebalance()
    builder.get_ring().save('%s/%s.ring.gz' % (sys.argv[1], name))
`;

export async function startSwift(options: SwiftOptions = {}): Promise<SwiftOrReason> {
  const requirement = await requireDebian(
    options.keystone ? [...swiftPackages, 'python3-keystonemiddleware'] : swiftPackages,
  );
  if (!requirement.ok) return requirement;
  if (!existsSync('/etc/swift/swift.conf'))
    return { ok: false, reason: 'there is no /etc/swift/swift.conf here' };
  const directory = mkdtempSync(path.join(options.parent ?? tmpdir(), 'stowage-swift-'));
  const configuration = path.join(directory, 'etc');
  for (const name of ['etc', 'srv/d1', 'cache']) mkdirSync(path.join(directory, name), { recursive: true });
  const [account = 0, container = 0, object = 0, memcached = 0, proxy = 0, keystoneProxy = 0] =
    await freePorts(6);
  const ports = { account, container, object };
  await promisify(execFile)(
    '/usr/bin/python3',
    ['-c', makeRings, configuration, ...Object.values(ports).map(String)],
    {
      env: debianEnvironment(),
    },
  );

  const shared = { directory, user: userInfo().username, workers: options.workers ?? 1 };
  const commands: Record<string, string> = {
    memcached: `memcached -u nobody -l 127.0.0.1 -p ${memcached} -U 0 -m 32`,
  };
  const add = (name: string, program: string, text: string) => {
    const file = path.join(configuration, `${name}.conf`);
    writeFileSync(file, text);
    commands[name] = `${program} ${file} -v`;
  };
  for (const [kind, port] of Object.entries(ports)) {
    add(kind, `swift-${kind}-server`, serverConfiguration({ ...shared, kind, port }));
  }
  add(
    'proxy',
    'swift-proxy-server',
    proxyConfiguration({ ...shared, port: proxy, memcached, isBehindTls: options.isBehindTls ?? false }),
  );
  if (options.keystone) {
    const asking = { ...shared, port: keystoneProxy, memcached, keystone: options.keystone };
    add('proxy-keystone', 'swift-proxy-server', proxyConfiguration(asking));
  }
  const programs = Object.entries(commands).map(([name, command]): [string, Program] => [
    name,
    startProgram({ command: command.split(' '), directory, logFile: path.join(directory, `${name}.log`) }),
  ]);
  const log = () => programs.map(([name, program]) => `== ${name}\n${program.log()}`).join('\n');
  const remove = async () => {
    await Promise.all(programs.map(([, program]) => program.stop()));
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${proxy}`;
  const keystoneUrl = options.keystone ? `http://127.0.0.1:${keystoneProxy}` : null;
  const portOf: Readonly<Record<string, number>> = { ...ports, proxy, 'proxy-keystone': keystoneProxy };
  try {
    await Promise.all(
      programs.map(async ([name, program]) => {
        const port = portOf[name];
        if (port !== undefined) await waitForAnswer(`http://127.0.0.1:${port}/healthcheck`, program, 90);
      }),
    );
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ok: true,
    server: {
      authUrl: `${url}/auth/v1.0`,
      url,
      port: proxy,
      username: 'test:tester',
      password: 'testing',
      reader: { username: 'test:reader', password: 'reading' },
      administrator: { username: 'admin:admin', password: 'admin' },
      s3: { accessKey: 'test:tester', secretKey: 'testing', region: 'us-east-1' },
      keystoneUrl,
      log,
      remove,
    },
  };
}
