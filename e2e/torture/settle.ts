import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '#e2e/support/http.ts';
import { countRemovals, type Rows } from './rows.ts';

interface ShownUpload {
  id: string;
  state: string;
  offset_bytes: number;
  length_bytes: number | null;
}

/** Lets what is under way end, gives up what nobody will go on with, and waits until nothing moves any more. */
export async function settle(
  client: HttpClient,
  /** Any of its stores: listing it runs the reconciler. */
  store = 'fast',
  patienceSeconds = 90,
  /** Shows removals of what no image shows any more, and which ones wait longer than a test can. */
  rows?: Rows,
): Promise<string[]> {
  const deadline = performance.now() + patienceSeconds * 1000;
  for (;;) {
    const { uploads } = await client.json<{ uploads: ShownUpload[] }>('GET', '/api/v1/uploads', 200);
    const unfinished = uploads.filter(({ state }) => state !== 'done');
    for (const { id, state, offset_bytes, length_bytes } of unfinished) {
      // All its bytes were acknowledged: somebody finishes it, and giving it up would take the image away.
      if (state === 'checking' || (state === 'receiving' && offset_bytes === length_bytes)) continue;
      const answer = await client.send('DELETE', `/api/v1/uploads/${id}`);
      await answer.body?.cancel();
    }
    const open = await listTransfers(client, 'open');
    const failed = await listTransfers(client, 'failed');
    for (const { id, state } of [...open, ...failed]) {
      const verb = state === 'paused' ? 'resume' : state === 'failed' ? 'cancel' : null;
      if (verb === null) continue;
      const answer = await client.send('POST', `/api/v1/transfers/${id}/${verb}`);
      await answer.body?.cancel();
    }
    // Runs the reconciler, and lists the stores.
    await client.json('GET', `/api/v1/stores/${store}/strays?refresh=true`, 200);
    const removals = rows === undefined ? 0 : await countRemovals(rows);
    const settled = rows === undefined ? ['active'] : ['active', 'deleting'];
    const waiting =
      [...unfinished, ...open, ...failed].length + removals + (await countUnsettled(client, settled));
    if (waiting === 0) return [];
    if (performance.now() > deadline) {
      return [`${waiting} uploads, transfers or copies had not come to an end after ${patienceSeconds} s`];
    }
    await sleep(1_000);
  }
}

async function listTransfers(client: HttpClient, state: string): Promise<{ id: string; state: string }[]> {
  const { transfers } = await client.json<{ transfers: { id: string; state: string }[] }>(
    'GET',
    `/api/v1/transfers?limit=500&state=${state}`,
    200,
  );
  return transfers;
}

async function countUnsettled(client: HttpClient, settled: readonly string[]): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { images: { status: string; locations: { state: string }[] }[]; next_cursor: string | null } =
      await client.json('GET', `/api/v1/images?limit=500${query}`, 200);
    for (const { status, locations } of page.images) {
      if (status === 'saving') count += 1;
      count += locations.filter(({ state }) => !settled.includes(state)).length;
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  return count;
}
