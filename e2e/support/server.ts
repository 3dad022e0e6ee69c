import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBuilt } from '#lib/cli/bootstrap/build.mjs';
import { serviceEnvironment, serviceFlags } from '#lib/cli/bootstrap/service-flags.mjs';
import { temporaryDirectory, type Cleanup } from './temporary-directory.ts';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const adminPassword = 'correct horse battery staple';

export interface ServerOptions {
  /** Where its data is; a new temporary directory by default. Give the one of a killed server to go on from there. */
  readonly directory?: string;
  /** By default the system chooses. */
  readonly port?: number;
  /** The text of its stowage.yaml; relative paths in it count from `directory`. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly readyWithinMilliseconds?: number;
}

export interface StoppedServer {
  /** The exit code, null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** `data/` with the database and the default stores, and stowage.yaml, are in it. */
  readonly directory: string;
  /** What it wrote so far: the JSON log and the lines for people. */
  readonly output: () => string;
  /** The JSON log, line by line. */
  readonly logs: () => Record<string, unknown>[];
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<StoppedServer>;
  /** SIGTERM, and the end. */
  stop(): Promise<StoppedServer>;
  /** SIGKILL, and the end: what a power cut leaves, apart from the page cache. */
  kill(): Promise<StoppedServer>;
}

/** Starts a real Stowage, in production mode and as its own process. Ends with the test that started it. */
export async function startServer(test: Cleanup, options: ServerOptions = {}): Promise<TestServer> {
  // The test runner has built once for all: a source that is edited meanwhile must not take the build from under others.
  if (!process.env.STOWAGE_TESTS_BUILT) await ensureBuilt(root, process.execPath);
  const directory = options.directory ?? temporaryDirectory(test);
  const child = launch(directory, options);
  test.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const ended = new Promise<StoppedServer>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  let written = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (written += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (written += text));

  const deadline = performance.now() + (options.readyWithinMilliseconds ?? 90_000);
  const url = await waitUntilReady(
    () => logLines(written),
    () => child.exitCode !== null || child.signalCode !== null,
    deadline,
  ).catch((error: Error) => {
    child.kill('SIGKILL');
    throw new Error(`${error.message}\n${written}`);
  });
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    directory,
    output: () => written,
    logs: () => logLines(written),
    ended,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    kill() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

function launch(directory: string, { config, env, port }: ServerOptions): ChildProcess {
  mkdirSync(directory, { recursive: true });
  if (config !== undefined) writeFileSync(path.join(directory, 'stowage.yaml'), config);
  return spawn(process.execPath, [...serviceFlags, path.join(root, 'lib/cli/serve.ts')], {
    cwd: directory,
    env: { ...serverEnvironment(), PORT: String(port ?? 0), STOWAGE_ADMIN_PASSWORD: adminPassword, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** What `npm start` says, and this process's environment without what would configure a Stowage, so that tests do not depend on the shell. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      name === 'STOWAGE_NEXT_DIST' || !/^(STOWAGE_|PORT$|HOST$|NODE_ENV$|NODE_TEST_CONTEXT$)/.test(name),
  );
  return { ...serviceEnvironment, ...(Object.fromEntries(kept) as NodeJS.ProcessEnv) };
}

/** Lines of the JSON log; a line that is only half there yet, and those for people, are left out. */
export function logLines(written: string): Record<string, unknown>[] {
  return written
    .slice(0, written.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function waitUntilReady(
  logs: () => Record<string, unknown>[],
  hasEnded: () => boolean,
  deadline: number,
): Promise<string> {
  while (performance.now() < deadline) {
    if (hasEnded()) throw new Error('the server ended before it was ready');
    const url = logs().find((line) => line['msg'] === 'listening')?.['url'];
    if (typeof url === 'string') {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.status === 200) return url;
    }
    await sleep(30);
  }
  throw new Error('the server was not ready in time');
}
