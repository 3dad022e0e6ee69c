import { spawn } from 'node:child_process';
import { requireDebian } from '#e2e/support/debian.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compare, shell, type Candidate, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, put } from './upload.ts';

/** A whole image against bare node:http with 512 KiB chunks; nginx beside it. */
export async function download(bench: Bench): Promise<Row[]> {
  const server = await startBenchServer(bench);
  const upload = put(server, bench.file, bench.sizeBytes, 'fast');
  await upload.prepare?.();
  await upload.run();
  const { images } = await clientOf(server).json<{ images: { id: string }[] }>(
    'GET',
    '/image/v2/images',
    200,
  );
  const bare = await startBare(bench);
  const candidates: (Candidate & { atMost?: number })[] = [
    {
      name: 'bare node:http, 512 KiB chunks',
      pids: [bare.pid],
      run: () => shell(`curl -sf -o /dev/null ${bare.url}`),
    },
    {
      name: 'Stowage',
      pids: [server.pid],
      run: () =>
        shell(
          `curl -sf -o /dev/null -H 'x-auth-token: ${server.token}' ${server.url}/image/v2/images/${images[0]?.id}/file`,
        ),
      atMost: 1.5,
    },
  ];
  const nginx = await startNginx(bench);
  if (nginx !== null)
    candidates.push({ name: 'nginx, for comparison', run: () => shell(`curl -sf -o /dev/null ${nginx}`) });
  return await compare('download', candidates, bench.rounds);
}

async function startBare(bench: Bench): Promise<{ url: string; pid: number }> {
  const script = `
    const http = require('node:http'), fs = require('node:fs');
    http.createServer((request, response) => {
      response.writeHead(200, { 'content-length': fs.statSync(process.argv[1]).size });
      fs.createReadStream(process.argv[1], { highWaterMark: 512 * 1024 }).pipe(response);
    }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ['-e', script, bench.file], { stdio: ['ignore', 'pipe', 'inherit'] });
  bench.after(() => void child.kill());
  const port = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())),
  );
  return { url: `http://127.0.0.1:${port}/`, pid: child.pid ?? 0 };
}

async function startNginx(bench: Bench): Promise<string | null> {
  const installed = await requireDebian(['nginx-light']);
  if (!installed.ok) return null;
  const directory = path.join(bench.directory, 'nginx');
  mkdirSync(directory, { recursive: true });
  const port = 20_000 + (process.pid % 10_000);
  const configuration = path.join(directory, 'nginx.conf');
  writeFileSync(
    configuration,
    `user root;\ndaemon off;\npid ${directory}/pid;\nerror_log ${directory}/error.log;\nevents {}\nhttp { access_log off; sendfile on; server { listen 127.0.0.1:${port}; root ${bench.directory}; } }\n`,
  );
  const child = spawn('/usr/sbin/nginx', ['-c', configuration, '-e', `${directory}/error.log`], {
    stdio: 'ignore',
  });
  bench.after(() => void child.kill());
  await delay(500);
  return `http://127.0.0.1:${port}/${path.basename(bench.file)}`;
}
