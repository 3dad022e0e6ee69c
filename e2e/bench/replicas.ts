/** What requests cost on PostgreSQL, with one replica and with three, against SQLite: all behind the same nginx. */
import http from 'node:http';
import path from 'node:path';
import { startCluster, requireCluster } from '#e2e/several/cluster.ts';
import { startNginx } from '#e2e/several/nginx.ts';
import { manyUploads } from './many-uploads.ts';
import { compare, type Candidate, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, removeImages, type Target } from './upload.ts';

const imageCount = 200;
const requestCount = 600;
const atOnce = 16;
const uploadCount = 200;

interface Contender extends Target {
  name: string;
  pids: number[];
  /** Images that are there all the time. */
  images: string[];
  agent: http.Agent;
}

export async function replicas(bench: Bench): Promise<Row[]> {
  const requirement = await requireCluster();
  if (!requirement.ok) throw new Error(requirement.reason);
  const contenders = [await openSqlite(bench), await openPostgres(bench, 1), await openPostgres(bench, 3)];
  for (const contender of contenders) await fill(contender);
  const rounds = Math.min(5, bench.rounds);
  const rows: Row[] = [];
  for (const [name, request] of Object.entries(requests)) {
    const candidates = contenders.map((contender) => inTurns(contender, request));
    rows.push(...(await compare(`${requestCount} × ${name}, ${atOnce} at once`, candidates, rounds)));
  }
  const bursts = contenders.map((contender) => ({
    ...manyUploads(contender.name, contender, '/api/uploads', uploadCount, []),
    pids: contender.pids,
    prepare: () => removeImages(clientOf(contender)),
  }));
  rows.push(...(await compare(`${uploadCount} uploads of 2 MiB at once`, bursts, rounds)));
  return rows;
}

const requests: Record<string, (contender: Contender, i: number) => [string, string, string?, string?]> = {
  list: () => ['GET', '/image/v2/images?limit=25'],
  show: ({ images }, i) => ['GET', `/image/v2/images/${images[i % images.length]}`],
  create: (_, i) => ['POST', '/image/v2/images', JSON.stringify({ name: `made ${i}` }), 'application/json'],
  patch: ({ images }, i) => [
    'PATCH',
    `/image/v2/images/${images[i % images.length]}`,
    JSON.stringify([{ op: 'add', path: '/note', value: String(i) }]),
    'application/openstack-images-v2.1-json-patch',
  ],
};

async function openSqlite(bench: Bench): Promise<Contender> {
  const server = await startBenchServer(bench);
  const { url } = await startNginx(bench, [Number(new URL(server.url).port)]);
  return toContender('SQLite, one process', { ...server, url }, [server.pid]);
}

async function openPostgres(bench: Bench, webs: number): Promise<Contender> {
  const cluster = await startCluster(bench, {
    webs,
    workers: 0,
    directory: path.join(bench.directory, `cluster-${webs}`),
  });
  const pids = cluster.webs.map(({ pid }) => pid);
  const name = `PostgreSQL, ${webs === 1 ? 'one replica' : `${webs} replicas`}`;
  return toContender(name, { url: cluster.url, token: cluster.token, pid: pids[0] ?? 0 }, pids);
}

function toContender(name: string, { url, token, pid }: Target, pids: number[]): Contender {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
  return { name, url, token, pid, pids, images: [], agent };
}

async function fill(contender: Contender): Promise<void> {
  const client = clientOf(contender);
  for (let i = 0; i < imageCount; i += 1) {
    const { id } = await client.json<{ id: string }>('POST', '/image/v2/images', 201, { name: `image ${i}` });
    contender.images.push(id);
  }
}

function inTurns(contender: Contender, request: (typeof requests)[string]): Candidate {
  return {
    name: contender.name,
    pids: contender.pids,
    async run() {
      let next = 0;
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          while (next < requestCount) await send(contender, request(contender, next++));
        }),
      );
    },
  };
}

function send(
  { url, token, agent }: Contender,
  [method, place, body = '', type]: [string, string, string?, string?],
): Promise<void> {
  const headers = {
    'x-auth-token': token,
    'content-length': String(Buffer.byteLength(body)),
    ...(type !== undefined && { 'content-type': type }),
  };
  return new Promise((resolve, reject) => {
    const sent = http.request(url + place, { method, agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`${method} ${place} was answered ${status}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
