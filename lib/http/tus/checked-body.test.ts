import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { KiB } from '#lib/contract/limits.ts';
import { RequestBody } from '#lib/streams/request-body.ts';
import { readChecked } from './checked-body.ts';
import { HeldBodies } from './held-bodies.ts';

const bytes = Buffer.alloc(64 * KiB, 7);
const checksum = `sha1 ${createHash('sha1').update(bytes).digest('base64')}`;

/** Room for two bodies at once. */
const openBodies = (patienceMilliseconds = 60_000) =>
  new HeldBodies({
    roomBytes: 2 * bytes.byteLength,
    leastBytesPerSecond: 1024 * KiB,
    graceMilliseconds: 200,
    patienceMilliseconds,
  });

function send(bodies: HeldBodies) {
  const line = new PassThrough();
  const body = new RequestBody(line as unknown as IncomingMessage);
  const read = readChecked(body, checksum, bytes.byteLength, bodies);
  // Looked at later by whoever expects it to fail.
  read.catch(() => undefined);
  return { line, read };
}

test('clients that send nothing lose their room to those who wait, within the grace', async () => {
  const bodies = openBodies();
  const [slow, silent] = [send(bodies), send(bodies)];
  slow.line.write(bytes.subarray(0, 10));
  const [third, fourth] = [send(bodies), send(bodies)];
  const startedAt = performance.now();
  await assert.rejects(slow.read, { code: 'too_many_requests' });
  await assert.rejects(silent.read, { code: 'too_many_requests' });
  for (const { line, read } of [third, fourth]) {
    line.end(bytes);
    assert.equal(Buffer.concat(await read).byteLength, bytes.byteLength);
  }
  assert.ok(performance.now() - startedAt < 2_000);
});

test('a slow client is let be while nobody waits', async () => {
  const { line, read } = send(openBodies());
  line.write(bytes.subarray(0, 10));
  await sleep(600);
  line.end(bytes.subarray(10));
  assert.equal(Buffer.concat(await read).byteLength, bytes.byteLength);
});

test('small bodies share the room by their bytes', async () => {
  const bodies = openBodies();
  const [large, ...small] = [
    await bodies.take(bytes.byteLength),
    await bodies.take(10),
    await bodies.take(10),
  ];
  assert.equal(small.length, 2);
  for (const hold of [large, ...small]) hold?.release();
});

test('no body takes more than its patience', async () => {
  const { read } = send(openBodies(300));
  await assert.rejects(read, { code: 'too_many_requests' });
});
