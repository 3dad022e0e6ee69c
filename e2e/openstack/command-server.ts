/** Debian's `openstack` and `glance` without a start of Python for each command: see command-server.py. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { debianEnvironment } from '#e2e/support/debian.ts';
import type { Cleanup } from '#e2e/support/temporary-directory.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export type ClientProgram = 'openstack' | 'glance';

export interface CommandServer {
  /** As `program …args` in the directory; several may run at a time. `env`: all of it. */
  run(program: ClientProgram, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome>;
}

const timeoutMilliseconds = 120_000;

/** Loads the programs, which takes two seconds, and ends with the test. `directory`: where they find clouds.yaml. */
export function openCommandServer(
  test: Cleanup,
  directory: string,
  programs: readonly ClientProgram[],
): CommandServer {
  const script = fileURLToPath(new URL('command-server.py', import.meta.url));
  const outputs = mkdtempSync(path.join(directory, '.outputs-'));
  // The home decides where the clients look for more configuration, when they are loaded.
  const env = { ...debianEnvironment(), HOME: directory, PYTHONDONTWRITEBYTECODE: '1' };
  // In a process group of its own, so that commands that hang end with it.
  const child = spawn('/usr/bin/python3', [script, ...programs], { cwd: directory, env, detached: true });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const waiting = new Map<number, (code: number) => void>();
  const ended = new Promise<null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', () => resolve(null));
  });
  child.stdin.on('error', (error) => (complaints += `${error.message}\n`));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { number, code } = JSON.parse(line) as { number: number; code: number };
    waiting.get(number)?.(code);
  });
  test.after(async () => {
    child.stdin.end();
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGKILL');
    }
    await ended;
  });

  let last = 0;
  return {
    async run(program, args, commandEnv) {
      const number = (last += 1);
      const [stdout, stderr] = ['out', 'err'].map((kind) => path.join(outputs, `${number}.${kind}`)) as [
        string,
        string,
      ];
      const done = new Promise<number>((resolve) => void waiting.set(number, resolve));
      child.stdin.write(`${JSON.stringify({ number, program, args, env: commandEnv, stdout, stderr })}\n`);
      const code = await Promise.race([done, ended, sleep(timeoutMilliseconds, null, { ref: false })]);
      waiting.delete(number);
      if (code === null) throw new Error(`${program} ${args.join(' ')} did not end by itself\n${complaints}`);
      return { code, stdout: readFileSync(stdout, 'utf8'), stderr: readFileSync(stderr, 'utf8') };
    },
  };
}
