import path from 'node:path';
import { startServer, type ServerOptions } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import type { Bench } from './bench.ts';
import type { Target } from './upload.ts';

export interface BenchServer extends Target {
  directory: string;
  stop(): Promise<unknown>;
}

let count = 0;

/** A production server on the file system of the benchmark's files. Warmed up by signing in. */
export async function startBenchServer(bench: Bench, options: ServerOptions = {}): Promise<BenchServer> {
  const directory = path.join(bench.directory, `server-${(count += 1)}`);
  const server = await startServer(bench, { directory, ...options });
  return {
    url: server.url,
    pid: server.pid,
    token: await signIn(server),
    directory,
    stop: () => server.stop(),
  };
}
