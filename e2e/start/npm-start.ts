import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverEnvironment } from '#e2e/support/server.ts';
import type { Cleanup } from '#e2e/support/temporary-directory.ts';

export interface Started {
  /** What people are told, and the log. */
  readonly output: () => string;
  /** The exit code of npm. */
  readonly ended: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** The URL that it tells; throws with its output when it ends before. */
  url(withinMilliseconds: number): Promise<string>;
}

/** `npm start` in a tree, as a person runs it: with the system's npm and Node. */
export function npmStart(test: Cleanup, tree: string, env: Readonly<Record<string, string>>): Started {
  const child = spawn('npm', ['start', '--silent'], {
    cwd: tree,
    env: { ...withoutNpm(serverEnvironment()), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that whatever it started can be ended with it should a test fail.
    detached: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  let isOver = false;
  const ended = new Promise<number | null>((resolve) => {
    const over = (code: number | null) => {
      isOver = true;
      resolve(code);
    };
    child.once('error', (error) => {
      output += error.message;
      over(null);
    });
    child.once('close', over);
  });
  test.after(async () => {
    if (!isOver && child.pid) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });
  return {
    output: () => output,
    ended,
    signal: (signal) => child.kill(signal),
    async url(withinMilliseconds) {
      const deadline = performance.now() + withinMilliseconds;
      while (!isOver && performance.now() < deadline) {
        const url = /^Stowage is at (\S+)$/m.exec(output)?.[1];
        if (url !== undefined) return url;
        await sleep(50);
      }
      throw new Error(`${isOver ? 'npm start ended' : 'npm start told no URL in time'}:\n${output}`);
    },
  };
}

/** Without what the npm that runs the tests has set, and without the test's own Node 24 on the path. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(npm_|STOWAGE_NEXT_DIST$|NODE_COMPILE_CACHE$)/i.test(name),
  );
  const path = (env.PATH ?? '').split(':').filter((part) => !part.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(':') } as unknown as NodeJS.ProcessEnv;
}
