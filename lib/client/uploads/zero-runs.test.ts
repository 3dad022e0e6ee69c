import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { MiB } from '#lib/contract/limits.ts';
import { stretchAt } from './zero-runs.ts';

const { signal } = new AbortController();

/** A file of `sizeBytes` zeros with these bytes in it, that counts what is read of it. */
function sparse(sizeBytes: number, data: { at: number; bytes: Uint8Array }[]) {
  let readBytes = 0;
  const slice = (start = 0, end = sizeBytes) => ({
    size: end - start,
    async arrayBuffer() {
      readBytes += end - start;
      const part = new Uint8Array(end - start);
      for (const { at, bytes } of data) {
        const from = Math.max(start, at);
        const to = Math.min(end, at + bytes.byteLength);
        if (from < to) part.set(bytes.subarray(from - at, to - at), from - start);
      }
      return part.buffer;
    },
  });
  return { file: { size: sizeBytes, slice } as unknown as Blob, read: () => readBytes };
}

test('tells runs of zeros and data apart in steps of 64 MiB', async () => {
  const { file } = sparse(300 * MiB, [
    { at: 0, bytes: randomBytes(MiB) },
    { at: 200 * MiB, bytes: randomBytes(10) },
  ]);
  const stretches: [number, boolean, number][] = [];
  for (let at = 0; at < file.size;) {
    const stretch = await stretchAt(file, at, Math.min(file.size, at + 256 * MiB), signal);
    stretches.push([at / MiB, stretch.zeros, stretch.end / MiB]);
    at = stretch.end;
  }
  assert.deepEqual(stretches, [
    [0, false, 64],
    [64, true, 192],
    // Sampled it looks like zeros; read, it is none.
    [192, false, 256],
    [256, true, 300],
  ]);
});

test('reads next to nothing of a file without zeros', async () => {
  const bytes = randomBytes(4096);
  const data = Array.from({ length: 5 }, (_, step) => ({ at: step * 64 * MiB, bytes }));
  const { file, read } = sparse(320 * MiB, data);
  assert.deepEqual(await stretchAt(file, 0, 320 * MiB, signal), { zeros: false, end: 320 * MiB });
  assert.ok(read() <= 5 * 4096, `${read()} bytes`);
});

test('sends short runs, and one byte of something at the end of many zeros', async () => {
  const short = sparse(MiB - 1, []);
  assert.deepEqual(await stretchAt(short.file, 0, MiB - 1, signal), { zeros: false, end: MiB - 1 });
  const last = sparse(2 * MiB + 1, [{ at: 2 * MiB - 5000, bytes: Uint8Array.of(1) }]);
  assert.deepEqual(await stretchAt(last.file, 0, 2 * MiB + 1, signal), { zeros: false, end: 2 * MiB + 1 });
});

test('stops looking when it is told to', async () => {
  const { file } = sparse(1024 * MiB, []);
  const stopping = new AbortController();
  const looking = stretchAt(file, 0, 64 * MiB, stopping.signal);
  stopping.abort();
  await assert.rejects(looking, { name: 'AbortError' });
});
