import { setTimeout as delay } from 'node:timers/promises';
import { waitForImage } from '#e2e/uploads/tus.ts';
import type { HttpClient } from '#e2e/support/http.ts';
import { median, percentile, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer } from './server.ts';
import { clientOf, put, type Target } from './upload.ts';

const seconds = 60;

/** p99 of showing an image at 10 requests a second: idle, and while copies run without a pause, in turns. */
export async function latency(bench: Bench): Promise<Row[]> {
  const server = await startBenchServer(bench);
  const client = clientOf(server);
  const sending = put(server, bench.file, bench.sizeBytes, 'fast');
  await sending.prepare?.();
  await sending.run();
  const { images } = await client.json<{ images: { id: string }[] }>('GET', '/api/v1/images', 200);
  const id = images[0]?.id ?? '';
  await probe(server, id, 2_000);
  const idle: number[] = [];
  const busy: number[] = [];
  let copied = 0;
  for (let round = 0; round < bench.rounds; round += 1) {
    idle.push(percentile(await probe(server, id, 20_000), 0.99));
    let isRunning = true;
    const copying = (async () => {
      for (; isRunning; copied += 1) await copyThereAndAway(client, id);
    })();
    busy.push(percentile(await probe(server, id, seconds * 1000), 0.99));
    isRunning = false;
    await copying;
  }
  const [idle99, busy99] = [median(idle), median(busy)];
  return [
    {
      benchmark: 'p99 of showing an image while copies run',
      candidate: `${copied} copies in ${bench.rounds} × ${seconds} s`,
      medianSeconds: busy99 / 1000,
      cpuSeconds: NaN,
      runs: busy.map((milliseconds) => milliseconds / 1000),
      ratio: busy99 / idle99,
      target: '≤ 3 or 10 ms',
      met: busy99 <= Math.max(3 * idle99, 10),
      note: `${idle99.toFixed(1)} ms idle, ${busy99.toFixed(1)} ms busy`,
    },
  ];
}

async function copyThereAndAway(client: HttpClient, id: string): Promise<void> {
  await client.json('POST', `/api/v1/images/${id}/copies`, 202, { stores: ['archive'] });
  const isActive = ({ state }: { state: string }) => state === 'active';
  await waitForImage(client, id, (image) => image.locations.filter(isActive).length === 2, 120_000);
  await client.send('DELETE', `/api/v1/images/${id}/locations/archive`);
  const isElsewhere = ({ store }: { store: string }) => store !== 'archive';
  await waitForImage(client, id, (image) => image.locations.every(isElsewhere), 30_000);
}

async function probe({ url, token }: Target, id: string, milliseconds: number): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const startedAt = performance.now();
    const answer = await fetch(`${url}/image/v2/images/${id}`, { headers: { 'x-auth-token': token } });
    await answer.arrayBuffer();
    times.push(performance.now() - startedAt);
    await delay(Math.max(0, 100 - (performance.now() - startedAt)));
  }
  return times;
}
