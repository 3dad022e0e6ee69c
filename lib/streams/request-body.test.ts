import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { RequestBody } from './request-body.ts';
import { freeChunk } from './young-memory.ts';

const signal = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A line on which more comes than anybody takes. */
function openLine() {
  const line = new PassThrough({ highWaterMark: 16 * MiB });
  const body = new RequestBody(line as unknown as IncomingMessage);
  return { line, body };
}

/** Bytes of the next batch, when as much waits as the body lets wait. */
async function fill({ line, body }: ReturnType<typeof openLine>): Promise<number> {
  for (let i = 0; i < 48; i += 1) line.write(Buffer.alloc(64 * KiB, 1));
  await turn();
  const batch = await body.next(signal);
  return (batch ?? []).reduce((sum, chunk) => sum + chunk.byteLength, 0);
}

async function grow(one: ReturnType<typeof openLine>): Promise<number> {
  let bytes = 0;
  for (let i = 0; i < 8; i += 1) bytes = await fill(one);
  return bytes;
}

test('of one body 2 MiB wait, of several less, until the others have ended', async () => {
  const first = openLine();
  assert.equal(await grow(first), 2 * MiB);
  const second = openLine();
  await turn();
  // 2 MiB of the first are waiting now.
  assert.equal(await grow(second), 1 * MiB);
  first.line.destroy();
  await turn();
  second.body.release();
  second.line.destroy();
  await turn();
  const third = openLine();
  assert.equal(await grow(third), 2 * MiB);
  third.body.release();
  third.line.destroy();
});

test('what has been copied is freed at once, but no part of something larger', () => {
  const whole = new Uint8Array(64 * KiB);
  const part = new Uint8Array(64 * KiB).subarray(0, KiB);
  freeChunk(whole);
  freeChunk(part);
  assert.equal(whole.byteLength, 0);
  assert.equal(part.byteLength, KiB);
});
