import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { leaseSeconds } from '#lib/contract/limits.ts';
import { FilesystemStore } from './drivers/filesystem/filesystem-store.ts';
import { FencedWriter, Tenure, thisMoment, type Moment } from './fenced-writer.ts';

const key = '0a0a0a0a-0000-4000-8000-000000000000-x';
const sizeBytes = 3_000_000;

/** By the clock that nobody sets. */
function longAgo(): Moment {
  const { monotonic, wall } = thisMoment();
  return { monotonic: monotonic - leaseSeconds * 1000, wall };
}

const isLost = (error: unknown) => hasCode(error, 'lease_lost');

function openTwice(t: TestContext): [FilesystemStore, FilesystemStore] {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-fenced-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const open = () => new FilesystemStore('fast', { path: directory, shared: true });
  return [open(), open()];
}

async function bytesOf(store: FilesystemStore): Promise<Buffer> {
  const { sizeBytes: length } = await store.stat(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(key, { offset: 0, length })) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

test('who was away longer than a lease does nothing to an object that another has finished', async (t) => {
  const [store, other] = openTwice(t);
  const tenure = new Tenure(thisMoment());
  const writer = new FencedWriter(await store.begin(key, { sizeBytes }), tenure);
  await writer.append([Buffer.alloc(1_000_000, 'a')]);
  const { durableBytes, resumeState } = await writer.flush();
  const late = new FencedWriter(writer, new Tenure(longAgo()));

  const successor = await other.resume(key, { sizeBytes, durableBytes, resumeState });
  await successor.append([Buffer.alloc(2_000_000, 'b')]);
  await successor.commit();
  for (const step of [
    () => late.append([Buffer.alloc(500_000, 'c')]),
    () => late.appendZeros(1),
    () => late.flush(),
    () => late.commit(),
    () => late.abandon(),
  ]) {
    await assert.rejects(step(), isLost);
  }
  await late.close();
  assert.ok((await bytesOf(other)).equals(Buffer.from(`${'a'.repeat(1_000_000)}${'b'.repeat(2_000_000)}`)));
});

test('a tenure that is extended in time goes on', () => {
  const tenure = new Tenure(longAgo());
  assert.throws(() => tenure.assert(), isLost);
  tenure.extend(thisMoment());
  tenure.assert();
  tenure.extend(longAgo());
  tenure.assert();
  new Tenure(null).assert();
});

test('a tenure ends while the machine is suspended, and no sooner by a wall clock that is set back', (t) => {
  const { wall } = thisMoment();
  const clock = t.mock.method(Date, 'now', () => wall);
  const tenure = new Tenure(thisMoment());
  clock.mock.mockImplementation(() => wall + leaseSeconds * 1000);
  assert.throws(() => tenure.assert(), isLost);
  clock.mock.mockImplementation(() => wall - 3_600_000);
  tenure.assert();
});

test('zeros that were not yet flushed cut nothing off that another has written meanwhile', async (t) => {
  const [store, other] = openTwice(t);
  const frozen = await store.begin(key, { sizeBytes });
  await frozen.append([Buffer.alloc(1_000_000, 'a')]);
  const { durableBytes, resumeState } = await frozen.flush();
  await frozen.appendZeros(500_000);

  const successor = await other.resume(key, { sizeBytes, durableBytes, resumeState });
  await successor.appendZeros(500_000);
  await successor.append([Buffer.alloc(1_500_000, 'b')]);
  await successor.commit();
  await frozen.flush();
  await frozen.close();
  assert.equal((await bytesOf(other)).toString('latin1').slice(-1_500_000), 'b'.repeat(1_500_000));
});
