import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MiB, pieceSizeBytes } from '#lib/contract/limits.ts';
import { isStoreFault, StoreFault, type ByteRange, type Store } from '../stores/store.ts';
import { hashObject, hashPieces, verifyObject } from './hash-object.ts';
import { readSource } from './read-source.ts';
import { beginIn, digestsOf, imageBytes, openBench } from './test-support.ts';

const bytes = imageBytes(2 * pieceSizeBytes + 7 * MiB + 5);
const expected = digestsOf(bytes);

async function storedImage(bench: Awaited<ReturnType<typeof openBench>>) {
  const store = await bench.store();
  const [opened] = await beginIn([store], 'image');
  await opened?.writer.append([bytes]);
  await opened?.writer.commit();
  return store;
}

/** A store whose reads are the other's with one byte changed. */
function flipped(store: Store, at: number): Store {
  return {
    ...plain(store),
    async *read(key, range) {
      let offset = range.offset;
      for await (const chunk of store.read(key, range)) {
        if (at >= offset && at < offset + chunk.byteLength)
          chunk[at - offset] = (chunk[at - offset] ?? 0) ^ 1;
        offset += chunk.byteLength;
        yield chunk;
      }
    },
  };
}

/** A store that cannot tell its holes. */
function plain(store: Store): Store {
  return {
    id: store.id,
    driver: store.driver,
    capabilities: new Set(),
    readMarker: () => store.readMarker(),
    stat: (key) => store.stat(key),
    read: (key: string, range: ByteRange) => store.read(key, range),
    close: () => store.close(),
  };
}

test('hashes a stored object, with and without its holes known', async (t) => {
  const bench = await openBench(t);
  const store = await storedImage(bench);
  const options = { sizeBytes: bytes.length, hashes: ['md5', 'sha512'] as const };
  let done = 0;
  const onProgress = (bytesDone: number) => (done = bytesDone);
  assert.deepEqual(await hashObject(bench, store, 'image', { ...options, onProgress }), expected);
  assert.equal(done, bytes.length);
  assert.deepEqual(await hashObject(bench, plain(store), 'image', options), expected);
  const range = { offset: pieceSizeBytes, length: bytes.length - pieceSizeBytes };
  assert.deepEqual(await hashPieces(bench, store, 'image', range), expected.pieces.slice(1));
});

test('tells the first bad piece, or only that the whole is bad', async (t) => {
  const bench = await openBench(t);
  const store = await storedImage(bench);
  const known = { sizeBytes: bytes.length, pieces: expected.pieces, sha512: expected.sha512 };
  assert.equal((await verifyObject(bench, store, 'image', known)).ok, true);
  assert.equal((await verifyObject(bench, store, 'image', { ...known, pieces: null })).ok, true);
  const bad = flipped(store, pieceSizeBytes + 12_345);
  const byPieces = await verifyObject(bench, bad, 'image', known);
  assert.deepEqual(byPieces, { ok: false, firstBadOffset: pieceSizeBytes });
  const partlyKnown = { ...known, pieces: [null, ...expected.pieces.slice(1)] };
  assert.deepEqual(await verifyObject(bench, bad, 'image', partlyKnown), { ok: false, firstBadOffset: 0 });
  await assert.rejects(verifyObject(bench, store, 'image', { ...known, pieces: null, sha512: null }));
});

test('verifying reports a store that is too short, and stops when told', async (t) => {
  const bench = await openBench(t);
  const store = await storedImage(bench);
  const longer = { sizeBytes: bytes.length + 1, pieces: null, sha512: expected.sha512 };
  await assert.rejects(verifyObject(bench, store, 'image', longer), (error) =>
    isStoreFault(error, 'short-read'),
  );
  const stopping = new AbortController();
  const stopped = verifyObject(bench, store, 'image', {
    sizeBytes: bytes.length,
    pieces: null,
    sha512: expected.sha512,
    signal: stopping.signal,
    onProgress: () => stopping.abort(),
  });
  await assert.rejects(stopped, { name: 'AbortError' });
});

test('reads on from the next location at the byte where one broke', async (t) => {
  const bench = await openBench(t);
  const store = await storedImage(bench);
  let breaks = 0;
  const breaking: Store = {
    ...plain(store),
    async *read(key, range) {
      let left = 20 * MiB;
      for await (const chunk of store.read(key, range)) {
        left -= chunk.byteLength;
        if (left < 0) {
          breaks += 1;
          throw new StoreFault('unavailable', store.id, 'the line is cut');
        }
        yield chunk;
      }
    },
  };
  const left: number[] = [];
  const chunks: Uint8Array[] = [];
  const locations = [
    { store: breaking, key: 'image' },
    { store: { ...breaking, id: 'other' }, key: 'image' },
  ];
  const fromOffset = 1_000;
  for await (const piece of readSource(locations, {
    sizeBytes: bytes.length,
    fromOffset,
    onLeft: (_location, offset) => left.push(offset),
  })) {
    chunks.push(piece instanceof Uint8Array ? piece : Buffer.alloc(piece.zeros));
  }
  assert.ok(Buffer.concat(chunks).equals(bytes.subarray(fromOffset)));
  assert.ok(breaks > 3);
  assert.deepEqual(
    left,
    [...left].sort((one, other) => one - other),
  );
});

test('reading gives up when every location fails at the same byte', async (t) => {
  const bench = await openBench(t);
  const store = await storedImage(bench);
  const locations = [
    { store, key: 'missing' },
    { store: plain(store), key: 'missing-too' },
  ];
  const reading = Array.fromAsync(readSource(locations, { sizeBytes: 10 }));
  await assert.rejects(reading, (error) => isStoreFault(error, 'not-found'));
});

test('does not read the holes of a sparse object, nor what comes behind a bad piece', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const [opened] = await beginIn([store], 'image');
  await opened?.writer.append([bytes.subarray(0, MiB)]);
  await opened?.writer.appendZeros(50 * 1024 * MiB);
  await opened?.writer.commit();
  const sizeBytes = 50 * 1024 * MiB + MiB;
  const start = performance.now();
  const digests = await hashObject(bench, store, 'image', { sizeBytes, hashes: [] });
  assert.ok(performance.now() - start < 3_000);
  const verified = await verifyObject(bench, store, 'image', {
    sizeBytes,
    pieces: digests.pieces,
    sha512: null,
  });
  assert.equal(verified.ok, true);
  let readBytes = 0;
  const early = await verifyObject(bench, store, 'image', {
    sizeBytes,
    pieces: digests.pieces.with(1, 'another'),
    sha512: null,
    onProgress: (bytesDone) => (readBytes = bytesDone),
  });
  assert.deepEqual(early, { ok: false, firstBadOffset: pieceSizeBytes });
  assert.ok(readBytes < 1024 * MiB, 'it stops at the first bad piece');
});
