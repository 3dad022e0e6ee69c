/** Programs of Debian packages that a test runs for itself: on loopback, in a directory of the test, ended by their id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianEnvironment } from '#e2e/support/debian.ts';

export interface ProgramOptions {
  /** Its first word is a path or is found in Debian's directories. */
  readonly command: readonly string[];
  /** Its working directory. */
  readonly directory: string;
  /** What it writes is appended here. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Program {
  /** What it wrote so far. */
  log(): string;
  readonly hasEnded: () => boolean;
  /** SIGTERM, and after ten seconds SIGKILL to it and to what it started. */
  stop(): Promise<void>;
}

/**
 * Ends the program and all that it started when it reads a line, or nothing because whoever started it is gone.
 * `setsid` gives the program a process group of its own under the same id.
 */
const watchdog = `
  exec 3<&0
  setsid "$@" </dev/null 3<&- & program=$!
  trap '' INT TERM
  (
    read -r answer <&3
    kill -TERM $program
    for i in $(seq 100); do kill -0 $program || break; sleep 0.1; done
    kill -KILL -- -$program
  ) >/dev/null 2>&1 & watcher=$!
  wait $program
  kill -KILL $watcher -- -$program 2>/dev/null
  exit 0`;

export function startProgram({ command, directory, logFile, env }: ProgramOptions): Program {
  const output = openSync(logFile, 'a');
  const child: ChildProcess = spawn('/bin/sh', ['-c', watchdog, 'watchdog', ...command], {
    cwd: directory,
    env: { ...programEnvironment(), ...env },
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  // Nothing of it keeps this process alive.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  return {
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      child.stdin?.end('stop\n');
      await ended;
    },
  };
}

/** Debian's programs, and no proxy or Python of the shell that the tests were started from. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const shell = /^(PYTHON|OS_|REQUESTS_CA_BUNDLE$|CURL_CA_BUNDLE$|https?_proxy$|all_proxy$)/i;
  const kept = Object.entries(debianEnvironment()).filter(([name]) => !shell.test(name));
  return {
    ...(Object.fromEntries(kept) as NodeJS.ProcessEnv),
    PYTHONDONTWRITEBYTECODE: '1',
    NO_PROXY: '*',
    LC_ALL: 'C.UTF-8',
  };
}

/** Resolves when the address answers anything; says what the program wrote when it ended or took too long. */
export async function waitForAnswer(url: string, program: Program, seconds = 60): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return;
    if (program.hasEnded() || performance.now() > deadline) {
      throw new Error(`no answer from ${url}:\n${program.log().slice(-4000)}`);
    }
    await sleep(100);
  }
}
