/** One process of several: it can be killed, frozen and started again, and is known by the same name and port. */
import { serviceFlags } from '#lib/cli/bootstrap/service-flags.mjs';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  logLines,
  root,
  serverEnvironment,
  startServer,
  type ServerOptions,
  type StoppedServer,
} from '#e2e/support/server.ts';
import type { Cleanup } from '#e2e/support/temporary-directory.ts';

type Started = Pick<
  Awaited<ReturnType<typeof startServer>>,
  'pid' | 'port' | 'url' | 'output' | 'logs' | 'ended' | 'stop' | 'kill'
>;

export class Process {
  readonly name: string;
  readonly #start: (port: number | undefined) => Promise<Started>;
  #now: Started | null = null;
  #port: number | undefined;
  #isEndExpected = false;
  #written = '';
  /** Ends that nobody asked for, in words. */
  readonly surprises: string[] = [];

  constructor(name: string, start: (port: number | undefined) => Promise<Started>) {
    this.name = name;
    this.#start = start;
  }

  get #running(): Started {
    if (this.#now === null) throw new Error([`${this.name} does not run`, ...this.surprises].join('\n'));
    return this.#now;
  }

  get isRunning(): boolean {
    return this.#now !== null;
  }

  get url(): string {
    return this.#running.url;
  }

  get port(): number {
    return this.#running.port;
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** Of all its lives. */
  output(): string {
    return this.#written + (this.#now?.output() ?? '');
  }

  logs(): Record<string, unknown>[] {
    return logLines(this.output());
  }

  async start(): Promise<void> {
    const started = await this.#start(this.#port);
    this.#isEndExpected = false;
    this.#port = started.port;
    this.#now = started;
    void started.ended.then(({ code, signal }) => {
      if (!this.#isEndExpected) {
        const lastWords = started.output().slice(-2_000);
        this.surprises.push(`${this.name} ended by itself: ${code ?? signal}: ${lastWords}`);
      }
      this.#written += started.output();
      if (this.#now === started) this.#now = null;
    });
  }

  /** As its unit does: one whose database goes away in the middle of its start ends, and is started again. */
  async startUntilItRuns(tries = 5): Promise<void> {
    for (let left = tries - 1; ; left -= 1) {
      try {
        return await this.start();
      } catch (error) {
        if (left === 0) throw error;
      }
      await sleep(1_000);
    }
  }

  kill(): Promise<StoppedServer> {
    this.#isEndExpected = true;
    return this.#running.kill();
  }

  stop(): Promise<StoppedServer> {
    this.#isEndExpected = true;
    return this.#running.stop();
  }

  /** As a machine that swaps, or a virtual one that is moved: nothing of it runs, and its connections stay. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }
}

export function webProcess(test: Cleanup, name: string, options: ServerOptions): Process {
  return new Process(name, (port) => startServer(test, { ...options, port }));
}

export function workerProcess(test: Cleanup, name: string, options: ServerOptions): Process {
  return new Process(name, () => startWorker(test, options));
}

/** As `npm run worker` does. */
async function startWorker(
  test: Cleanup,
  { directory = '', config, env, readyWithinMilliseconds = 30_000 }: ServerOptions,
): Promise<Started> {
  mkdirSync(directory, { recursive: true });
  if (config !== undefined) writeFileSync(path.join(directory, 'stowage.yaml'), config);
  const child = spawn(process.execPath, [...serviceFlags, path.join(root, 'lib/cli/worker.ts')], {
    cwd: directory,
    env: { ...serverEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<StoppedServer>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  test.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (written += text));
  }
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const deadline = performance.now() + readyWithinMilliseconds;
  while (!logLines(written).some((line) => line['msg'] === 'the worker is running')) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await end('SIGKILL');
      throw new Error(`the worker did not start:\n${written}`);
    }
    await sleep(30);
  }
  return {
    url: '',
    port: 0,
    pid: child.pid ?? 0,
    output: () => written,
    logs: () => logLines(written),
    ended,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
