/** Servers that belong together, in a directory of their own, gone with the process that started them however it ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { debianEnvironment } from '#e2e/support/debian.ts';

export interface ServerGroup {
  /** What they wrote to their standard outputs, each under its name. */
  log(): string;
  hasEnded(): boolean;
  /** SIGKILL for all of them and their children, and the end of the directory. */
  remove(): Promise<void>;
}

/**
 * Each server leads a session of its own: some of them signal their whole process group when they end. Ends when the
 * standard input does, which it does as soon as whoever started it is gone.
 */
const watchdog = `
  trap '' INT TERM
  directory=$1
  pids=
  while read -r name command; do
    setsid $command >>"$directory/log/$name.log" 2>&1 </dev/null &
    pids="$pids $!"
  done <"$directory/commands"
  read -r answer
  for pid in $pids; do kill -KILL -- -$pid 2>/dev/null; done
  wait
  rm -rf "$directory"`;

/** @param commands by name; words apart by blanks, no quotes. Earlier ones are started earlier. */
export function startGroup(directory: string, commands: Readonly<Record<string, string>>): ServerGroup {
  const logs = path.join(directory, 'log');
  mkdirSync(logs, { recursive: true });
  const lines = Object.entries(commands).map(([name, command]) => `${name} ${command}\n`);
  writeFileSync(path.join(directory, 'commands'), lines.join(''));
  const output = openSync(path.join(logs, 'watchdog.log'), 'a');
  const child: ChildProcess = spawn('sh', ['-c', watchdog, 'watchdog', directory], {
    cwd: directory,
    env: { ...debianEnvironment(), PYTHONDONTWRITEBYTECODE: '1', LC_ALL: 'C.UTF-8', NO_PROXY: '*' },
    stdio: ['pipe', output, output],
    detached: true,
  });
  closeSync(output);
  // Nothing of it keeps this process alive.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    log: () =>
      readdirSync(logs)
        .map((name) => `== ${name}\n${readFileSync(path.join(logs, name), 'utf8')}`)
        .join('\n'),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async remove() {
      child.ref();
      child.stdin?.end();
      await ended;
    },
  };
}

/** So many different ports on the loopback that nobody has now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
