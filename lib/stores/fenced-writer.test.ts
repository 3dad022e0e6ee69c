import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { leaseSeconds } from '#lib/contract/limits.ts';
import { FilesystemStore } from './drivers/filesystem/filesystem-store.ts';
import { FencedWriter, Tenure } from './fenced-writer.ts';

const key = '0a0a0a0a-0000-4000-8000-000000000000-x';
const sizeBytes = 3_000_000;

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
  const tenure = new Tenure(performance.now());
  const writer = new FencedWriter(await store.begin(key, { sizeBytes }), tenure);
  await writer.append([Buffer.alloc(1_000_000, 'a')]);
  const { durableBytes, resumeState } = await writer.flush();
  const late = new FencedWriter(writer, new Tenure(performance.now() - leaseSeconds * 1000));

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
    await assert.rejects(step(), (error: unknown) => hasCode(error, 'lease_lost'));
  }
  await late.close();
  assert.ok((await bytesOf(other)).equals(Buffer.from(`${'a'.repeat(1_000_000)}${'b'.repeat(2_000_000)}`)));
});

test('a tenure that is extended in time goes on', () => {
  const tenure = new Tenure(performance.now() - leaseSeconds * 1000);
  assert.throws(
    () => tenure.assert(),
    (error: unknown) => hasCode(error, 'lease_lost'),
  );
  tenure.extend(performance.now());
  tenure.assert();
  new Tenure(Infinity).assert();
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
