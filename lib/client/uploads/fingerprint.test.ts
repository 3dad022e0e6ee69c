import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import type { UploadView } from '#lib/contract/uploads.ts';
import { fingerprintOf, placesOf, readFingerprint, writeFingerprint } from './fingerprint.ts';
import { likenessOf, recogniseUpload, resumability } from './recognise.ts';

const MiB = 1024 * 1024;
const bytes = randomBytes(12 * MiB);
const fileOf = (content: Uint8Array<ArrayBuffer>, lastModified = 1_700_000_000_000) =>
  new File([content], 'disk.raw', { lastModified });

test('reads all of a small file and 4 MiB of a large one, in order and inside it', () => {
  assert.deepEqual(placesOf(3 * MiB), [[0, 3 * MiB]]);
  for (const size of [4 * MiB + 1, 5 * MiB, 256 * 1024 * MiB]) {
    const places = placesOf(size);
    assert.equal(
      places.reduce((sum, [start, end]) => sum + end - start, 0),
      4 * MiB,
    );
    assert.deepEqual(places[0], [0, MiB]);
    assert.deepEqual(places.at(-1), [size - MiB, size]);
    for (const [start, end] of places) assert.ok(start >= 0 && end <= size && start < end);
  }
});

test('is the same for the same bytes and another when an end, a sampled place or the size differs', async () => {
  const first = await fingerprintOf(fileOf(bytes));
  assert.equal((await fingerprintOf(fileOf(bytes, 5))).sample, first.sample);
  for (const place of [0, bytes.length - 1, (placesOf(bytes.length)[7]?.[0] ?? 0) + 3]) {
    const other = Buffer.from(bytes);
    other[place] = (other[place] ?? 0) ^ 1;
    assert.notEqual((await fingerprintOf(fileOf(other))).sample, first.sample);
  }
  assert.notEqual((await fingerprintOf(fileOf(bytes.subarray(1)))).sample, first.sample);
});

test('survives the way through the metadata of the server', async () => {
  const fingerprint = await fingerprintOf(fileOf(bytes));
  assert.deepEqual(readFingerprint(writeFingerprint(fingerprint)), fingerprint);
  assert.ok(writeFingerprint(fingerprint).length <= 255);
  assert.equal(readFingerprint(null), null);
  assert.equal(readFingerprint('tus-br-disk.raw-application/x-raw-12'), null);
});

test('recognises the upload of the same file, asks when its time differs, prefers the sure and the further one', async () => {
  const fingerprint = await fingerprintOf(fileOf(bytes));
  const view = (change: Partial<UploadView>, known = writeFingerprint(fingerprint)) =>
    ({
      id: 'a',
      state: 'receiving',
      length_bytes: bytes.length,
      offset_bytes: 0,
      file: { name: 'x', size_bytes: bytes.length, fingerprint: known },
      ...change,
    }) as UploadView;
  assert.equal(likenessOf(view({}), bytes.length, fingerprint), 'same');
  assert.equal(likenessOf(view({}), bytes.length, { ...fingerprint, changedAt: 1 }), 'changed');
  assert.equal(likenessOf(view({ length_bytes: 7 }), bytes.length, fingerprint), 'other');
  assert.equal(likenessOf(view({}, 'foreign'), bytes.length, fingerprint), 'other');
  const changed = writeFingerprint({ ...fingerprint, changedAt: 1 });
  const found = recogniseUpload(
    [
      view({ id: 'changed', offset_bytes: 9 }, changed),
      view({ id: 'near', offset_bytes: 1 }),
      view({ id: 'far', offset_bytes: 2 }),
      view({ id: 'ended', offset_bytes: 3, state: 'checking' }),
    ],
    bytes.length,
    fingerprint,
  );
  assert.equal(found?.upload.id, 'far');
  assert.equal(found?.likeness, 'same');
});

test('asks about a picked file where another program began the upload and only the size can be compared', async () => {
  const fingerprint = await fingerprintOf(fileOf(bytes));
  const view = (length: number, known: string | null) =>
    ({ length_bytes: length, file: { name: 'x', size_bytes: length, fingerprint: known } }) as UploadView;
  assert.equal(resumability(view(bytes.length, null), bytes.length, fingerprint), 'ask');
  assert.equal(resumability(view(bytes.length + 1, null), bytes.length, fingerprint), 'other');
  const other = writeFingerprint({ sample: 'f'.repeat(64), changedAt: 1 });
  assert.equal(resumability(view(bytes.length, other), bytes.length, fingerprint), 'other');
});
