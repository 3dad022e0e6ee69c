/** Debian's nginx with the configuration of deploy/, below a temporary directory and on a loopback port. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianEnvironment } from '#e2e/support/debian.ts';
import { freePort } from '#e2e/support/free-port.ts';
import { root } from '#e2e/support/server.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';

export interface Nginx {
  readonly url: string;
  /** What it had to say so far. */
  log(): string;
}

/** In front of what listens on these ports. Ends with the test. */
export async function startNginx(test: Cleanup, upstreamPorts: readonly number[]): Promise<Nginx> {
  const directory = temporaryDirectory(test);
  mkdirSync(path.join(directory, 'temporary'));
  const port = await freePort();
  const logFile = path.join(directory, 'error.log');
  const main = path.join(directory, 'nginx.conf');
  writeFileSync(path.join(directory, 'stowage.conf'), siteOf(port, upstreamPorts));
  writeFileSync(
    main,
    `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${logFile} notice;
events { worker_connections 4096; }
http {
  access_log ${directory}/access.log;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/temporary/${name};`).join('\n  ')}
  include ${directory}/stowage.conf;
}
`,
  );
  const output = openSync(logFile, 'a');
  const nginx = spawn('nginx', ['-p', directory, '-e', logFile, '-c', main], {
    env: debianEnvironment(),
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => nginx.once('close', () => resolve()));
  test.after(async () => {
    nginx.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const log = () => readFileSync(logFile, 'utf8');
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return { url, log };
    if (nginx.exitCode !== null || performance.now() > deadline) {
      throw new Error(`nginx did not start:\n${log()}`);
    }
    await sleep(50);
  }
}

/** As an operator would change the file: other addresses, another port, no certificate. */
function siteOf(port: number, upstreamPorts: readonly number[]): string {
  const given = readFileSync(path.join(root, 'deploy/nginx/stowage.conf'), 'utf8');
  const servers = upstreamPorts.map(
    (upstream) => `    server 127.0.0.1:${upstream} max_fails=2 fail_timeout=2s;\n`,
  );
  return given
    .replace(/( +server 10\.0\.0\.\d+:9292 max_fails=2 fail_timeout=2s;\n)+/, servers.join(''))
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/ +ssl_certificate(_key)? .*\n/g, '');
}
