import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { httpClient } from '#e2e/support/http.ts';
import { signInToConsole } from '#e2e/support/sign-in.ts';
import { createTusUpload, offsetOf, patch, randomFile, sha512, waitForImage } from '#e2e/uploads/tus.ts';
import { statusOf, waitFor } from '#e2e/support/wait.ts';
import { makeBearers, type Bearer } from './bearers.ts';
import { startCluster, requireCluster, type Cluster } from './cluster.ts';
import { EventReader } from './event-reader.ts';
import type { Process } from './process.ts';
import { openSender } from './sender.ts';

const MB = 1_000_000;
const requirement = await requireCluster();
const skip = requirement.ok ? false : requirement.reason;
const cluster = requirement.ok ? await startCluster(test, { webs: 3, workers: 1 }) : ({} as Cluster);
const replicas = requirement.ok ? (cluster.webs as [Process, Process, Process]) : ([] as never);

const { sendSlowly, sendSteadily } = openSender(() => cluster.token);

async function ask<Row extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: cluster.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

async function downloadedHash(imageId: string, from: { url: string } = cluster): Promise<string> {
  const client = httpClient(from.url, { 'x-auth-token': cluster.token });
  const answer = await client.send('GET', `/image/v2/images/${imageId}/file`);
  assert.equal(answer.status, 200);
  return sha512(new Uint8Array(await answer.arrayBuffer()));
}

/** Bytes that these processes have read so far, from sockets and files alike. */
function bytesRead(processes: readonly Process[]): number {
  const texts = processes.map(({ pid }) => readFileSync(`/proc/${pid}/io`, 'utf8'));
  return texts.reduce((sum, text) => sum + Number(/rchar: (\d+)/.exec(text)?.[1]), 0);
}

describe('three replicas on one PostgreSQL behind nginx', { skip }, () => {
  test('started together migrate once and make one administrator', async () => {
    const journal = JSON.parse(
      readFileSync(new URL('../../drizzle/postgres/meta/_journal.json', import.meta.url), 'utf8'),
    ) as { entries: unknown[] };
    const applied = await ask<{ hash: string }>('select hash from drizzle.__drizzle_migrations');
    assert.equal(applied.length, journal.entries.length);
    assert.equal(new Set(applied.map(({ hash }) => hash)).size, applied.length);
    assert.equal((await ask('select 1 from users')).length, 1);
    assert.equal((await ask('select 1 from projects')).length, 1);
  });

  test('take the parts of one upload each, and read it at most once more for its hash', async () => {
    const [a, b, c] = replicas;
    const file = randomFile(24 * MB);
    const upload = await createTusUpload(cluster.client, file.byteLength, {
      name: 'spread',
      sha512: sha512(file),
    });
    const before = bytesRead(replicas);
    for (let offset = 0, i = 0; offset < file.byteLength; offset += 2 * MB, i += 1) {
      const web = [a, b, c][i % 3] ?? a;
      const answer = await patch(cluster.at(web), upload, offset, file.subarray(offset, offset + 2 * MB));
      assert.equal(answer.status, 204, await answer.text());
      if (offset + 2 * MB < file.byteLength)
        assert.equal(await offsetOf(cluster.at([b, c, a][i % 3] ?? a), upload), offset + 2 * MB);
    }
    const image = await waitForImage(cluster.client, upload.imageId);
    const read = bytesRead(replicas) - before;
    assert.equal(image.sha512, sha512(file));
    assert.ok(read < 2.4 * file.byteLength, `${read} bytes were read for ${file.byteLength}`);
    for (const web of replicas) assert.equal(await downloadedHash(upload.imageId, web), sha512(file));
  });

  test('let go of an upload that another one is asked to go on with', async (t) => {
    const [a, b, c] = replicas;
    const file = randomFile(12 * MB);
    const upload = await createTusUpload(cluster.client, file.byteLength, {
      name: 'wanted',
      sha512: sha512(file),
    });
    const slow = sendSlowly(a, upload.path, file.subarray(0, 5 * MB));
    await sleep(1_000);
    const startedAt = performance.now();
    const offset = await offsetOf(cluster.at(c), upload);
    assert.ok(offset > 0, 'nothing of what had arrived counts');
    const answer = await patch(cluster.at(b), upload, offset, file.subarray(offset));
    assert.equal(answer.status, 204, await answer.text());
    const seconds = (performance.now() - startedAt) / 1000;
    t.diagnostic(`taken over after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 8, `it took ${seconds} s`);
    slow.hangUp();
    assert.notEqual(await slow.status, 204);
    assert.equal((await waitForImage(cluster.client, upload.imageId)).sha512, sha512(file));
    assert.equal(await downloadedHash(upload.imageId), sha512(file));
  });

  test('finish an upload of a frozen one, which spoils nothing when it is thawed', async (t) => {
    const [a, b] = replicas;
    const file = randomFile(24 * MB);
    const upload = await createTusUpload(cluster.client, file.byteLength, { name: 'frozen' });
    // Bytes wait in its sockets all the time, so that it has something to write as soon as it is thawed.
    const slow = sendSteadily(a, upload.path, file, 200_000);
    await sleep(2_600);
    a.freeze();
    // What the client sends to the successor is different, so that a late write of the frozen one would be seen.
    const other = randomFile(file.byteLength);
    let offset = 0;
    try {
      const { milliseconds } = await waitFor(
        'the upload is finished elsewhere',
        async () => {
          const client = cluster.at(b);
          offset = await offsetOf(client, upload).catch(() => 0);
          if (offset === 0) return false;
          return (await statusOf(patch(client, upload, offset, other.subarray(offset)))) === 204;
        },
        60_000,
      );
      t.diagnostic(`finished from ${offset} after ${(milliseconds / 1000).toFixed(1)} s`);
    } finally {
      a.thaw();
    }
    assert.notEqual(await slow, 204);
    const expected = sha512(Buffer.concat([file.subarray(0, offset), other.subarray(offset)]));
    assert.equal((await waitForImage(cluster.client, upload.imageId)).sha512, expected);
    assert.equal(await downloadedHash(upload.imageId), expected);
  });

  test('know whom another one has let in, and refuse whom it has shut out', async (t) => {
    const [a, b, c] = replicas;
    const bearers = await makeBearers(a);
    const statusAt = (web: Process, { headers }: Bearer) =>
      statusOf(httpClient(web.url, headers).send('GET', '/api/v1/images'));
    for (const bearer of bearers) assert.equal(await statusAt(b, bearer), 200, bearer.what);
    await Promise.all(bearers.map(({ revoke }) => revoke()));
    for (const bearer of bearers) {
      const { milliseconds } = await waitFor(
        `${bearer.what} is refused`,
        async () => (await statusAt(b, bearer)) === 401,
        60_000,
      );
      t.diagnostic(`${bearer.what}: refused after ${(milliseconds / 1000).toFixed(1)} s`);
      assert.equal(await statusAt(c, bearer), 401, bearer.what);
    }
  });

  test('tell every browser what happened at any of them, also across reconnects', async (t) => {
    const cookie = await signInToConsole(cluster);
    const reader = new EventReader({ cookie });
    await reader.connect(replicas[1].url);
    const create = async (name: string, i: number) => {
      const client = cluster.at(replicas[i % 3] ?? replicas[0]);
      const { id } = await client.json<{ id: string }>('POST', '/image/v2/images', 201, { name });
      return id;
    };
    const first = await create('first', 0);
    const heardOf = (id: string) => reader.heard.some(({ data }) => data['image_id'] === id);
    await waitFor('a change at one is heard at another', () => heardOf(first), 5_000);

    // Many at once, so that what is committed later has the smaller id, while the browser moves about.
    const made: string[] = [];
    let isOver = false;
    t.after(() => {
      isOver = true;
    });
    const wandering = (async () => {
      for (let i = 0; !isOver; i += 1) {
        await sleep(30 + Math.random() * 120);
        await reader.disconnect();
        await sleep(Math.random() * 50);
        await reader.connect(replicas[i % 3]?.url ?? cluster.url);
      }
    })();
    await Promise.all(
      Array.from({ length: 12 }, async (_, lane) => {
        for (let i = 0; i < 15; i += 1) made.push(await create(`event ${lane}-${i}`, lane + i));
      }),
    );
    isOver = true;
    await wandering;
    await waitFor('every change is heard', () => made.every(heardOf), 10_000).catch(() => undefined);
    const missed = made.filter((id) => !heardOf(id));
    assert.deepEqual(missed, [], `${missed.length} of ${made.length} were never heard`);
    assert.ok(!reader.heard.some(({ type }) => type === 'reset'));
    await reader.disconnect();
  });

  test('keep to their share of the connections however much is asked', async (t) => {
    let most = 0;
    let isOver = false;
    t.after(() => {
      isOver = true;
    });
    const watching = (async () => {
      const client = new pg.Client({ connectionString: cluster.databaseUrl });
      await client.connect();
      while (!isOver) {
        const { rows } = await client.query<{ count: string }>(
          `select count(*) from pg_stat_activity where application_name like 'stowage%'`,
        );
        most = Math.max(most, Number(rows[0]?.count));
        await sleep(50);
      }
      await client.end();
    })();
    const file = randomFile(100_000);
    const statuses = await Promise.all(
      Array.from({ length: 150 }, async (_, i) => {
        if (i % 3 > 0) return await statusOf(cluster.client.send('GET', '/image/v2/images'));
        const upload = await createTusUpload(cluster.client, file.byteLength, { name: `many ${i}` });
        return await statusOf(patch(cluster.client, upload, 0, file));
      }),
    );
    isOver = true;
    await watching;
    assert.ok(
      statuses.every((status) => status === 200 || status === 204),
      String(statuses),
    );
    t.diagnostic(`${most} connections of 4 processes`);
    // Ten in the pool of each, and what listens and hands out work beside it.
    assert.ok(most <= 4 * 14, `${most} connections`);
  });

  test('refuse to start with older code than the schema, and the others go on', async () => {
    const older = cluster.addWeb('web-older');
    await ask(`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of-the-future', 9e12)`);
    try {
      await assert.rejects(older.start(), /made ready by a newer version of Stowage/);
      assert.equal(await statusOf(cluster.client.send('GET', '/image/v2/images')), 200);
    } finally {
      await ask(`delete from drizzle.__drizzle_migrations where hash = 'of-the-future'`);
    }
  });

  test('say at once that one stops, and nobody who reads notices behind the balancer', async (t) => {
    const [a] = replicas;
    let isOver = false;
    t.after(() => {
      isOver = true;
    });
    const statuses: number[] = [];
    const asking = (async () => {
      while (!isOver) statuses.push(await statusOf(cluster.client.send('GET', '/image/v2/images?limit=1')));
    })();
    const file = randomFile(9 * MB);
    const upload = await createTusUpload(cluster.client, file.byteLength, {
      name: 'moved',
      sha512: sha512(file),
    });
    const slow = sendSlowly(a, upload.path, file.subarray(0, 3 * MB));
    await sleep(500);
    const stopped = a.stop();
    await waitFor('it is not ready', async () => (await statusOf(fetch(`${a.url}/readyz`))) === 503, 500);
    assert.equal((await stopped).code, 0);
    slow.hangUp();
    assert.notEqual(await slow.status, 204);
    const offset = await offsetOf(cluster.client, upload);
    assert.equal(offset, 3 * MB);
    const rest = await patch(cluster.client, upload, offset, file.subarray(offset));
    assert.equal(rest.status, 204, await rest.text());
    await a.start();
    isOver = true;
    await asking;
    assert.deepEqual([...new Set(statuses)], [200], 'a request was refused meanwhile');
    assert.equal((await waitForImage(cluster.client, upload.imageId)).sha512, sha512(file));
  });

  test('answer 503 while PostgreSQL is away, and work again when it is back', async (t) => {
    const [, b] = replicas;
    const file = randomFile(9 * MB);
    const upload = await createTusUpload(cluster.client, file.byteLength, {
      name: 'outage',
      sha512: sha512(file),
    });
    const slow = sendSlowly(b, upload.path, file.subarray(0, 4 * MB));
    await sleep(2_500);
    const acknowledged = 4 * MB;
    await cluster.postgres.stop();
    try {
      for (const web of replicas) {
        const startedAt = performance.now();
        const answer = await fetch(`${web.url}/readyz`);
        assert.equal(answer.status, 503);
        assert.ok(performance.now() - startedAt < 2_000, 'not at once');
        assert.equal(await statusOf(fetch(`${web.url}/healthz`)), 200);
      }
      for (const [method, path, body] of [
        ['GET', '/image/v2/images'],
        ['GET', '/api/v1/images'],
        ['POST', '/image/v2/images', '{"name":"none"}'],
        ['HEAD', upload.path],
      ] as const) {
        const answer = await cluster.client.send(method, path, {
          body,
          headers: { 'content-type': 'application/json', 'tus-resumable': '1.0.0' },
        });
        assert.equal(answer.status, 503, `${method} ${path}: ${await answer.text()}`);
        assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/, `${method} ${path}`);
      }
    } finally {
      await cluster.postgres.start();
    }
    const { milliseconds } = await waitFor(
      'all are ready again',
      async () => {
        const statuses = await Promise.all(replicas.map((web) => statusOf(fetch(`${web.url}/readyz`))));
        return statuses.every((status) => status === 200);
      },
      15_000,
    );
    t.diagnostic(`ready ${(milliseconds / 1000).toFixed(1)} s after PostgreSQL`);
    slow.hangUp();
    await slow.status;
    const offset = await offsetOf(cluster.client, upload);
    assert.ok(offset >= acknowledged, `${offset} of ${acknowledged} durable bytes are left`);
    const rest = await patch(cluster.client, upload, offset, file.subarray(offset));
    assert.equal(rest.status, 204, await rest.text());
    assert.equal((await waitForImage(cluster.client, upload.imageId)).sha512, sha512(file));
    assert.deepEqual(cluster.surprises(), []);
  });
});
