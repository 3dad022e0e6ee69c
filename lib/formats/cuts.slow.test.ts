import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { openInspector, type Inspection } from './inspector.ts';
import { inspectAtOnce, inspectInChunks, probeBytes, seededRandom } from './samples/feeding.ts';
import { goodFiles } from './samples/hand-made.ts';

const cutLimitBytes = 4096;
/** Resuming costs more than judging: at every byte where the headers lie, then at some. */
const everyByteBytes = 300;
const resumeStride = 41;
const verdictLimitMilliseconds = 50;
/** A machine that does other things may pause a test; only a verdict that is slow again and again is slow. */
const tries = 5;

function assertWellFormed(verdict: Inspection): void {
  assert.ok(verdict.detail.length > 0 && verdict.detail.length < 120);
  if (verdict.refusal !== null) {
    assert.match(verdict.refusal.sentence, /^[A-Z].*[.]$/s);
    assert.match(verdict.refusal.remedy, /^[A-Z].*[.]$/s);
  }
  const size = verdict.virtualSizeBytes;
  assert.ok(size === null || (Number.isSafeInteger(size) && size >= 0 && size <= 2 ** 50), `${size}`);
}

describe('a file cut at any byte', () => {
  for (const [name, bytes] of Object.entries(goodFiles)) {
    test(`${name}: has one verdict, at once, byte by byte, and resumed`, () => {
      const byteByByte = openInspector();
      for (let length = 0; length <= Math.min(cutLimitBytes, bytes.length); length += 1) {
        if (length > 0) byteByByte.write(bytes.subarray(length - 1, length));
        const verdict = inspectAtOnce(bytes.subarray(0, length));
        assertWellFormed(verdict);
        if (length <= everyByteBytes || length % resumeStride === 0) {
          assert.deepEqual(openInspector(byteByByte.snapshot()).finish(length), verdict, `cut at ${length}`);
        }
      }
    });
  }

  test('never passes for whole when it is an image with a header that promises more', () => {
    for (const name of ['qcow2 v2', 'qcow2 v3', 'vhd dynamic', 'vhdx', 'vdi', 'vmdk', 'luks2', 'ova']) {
      const bytes = goodFiles[name] ?? new Uint8Array(0);
      for (const length of [600, 1000, 1100, 1537, 2000, 2500]) {
        assert.equal(
          inspectAtOnce(bytes.subarray(0, length)).refusal?.code,
          'truncated',
          `${name} cut at ${length}`,
        );
      }
    }
  });
});

describe('the same bytes', () => {
  for (const [name, bytes] of Object.entries(goodFiles)) {
    test(`${name}: are judged alike in random chunks, resumed, and probed`, async () => {
      const expected = inspectAtOnce(bytes);
      assert.equal(
        expected.refusal?.code,
        name === 'qed' ? 'not-served' : undefined,
        expected.refusal?.sentence,
      );
      for (let seed = 1; seed <= 5; seed += 1) {
        const random = seededRandom(seed);
        assert.deepEqual(
          inspectInChunks(bytes, () => 1 + random() ** 6 * 400_000, 2),
          expected,
          `seed ${seed}`,
        );
      }
      // oxlint-disable-next-line no-await-in-loop -- nothing else is waited for
      assert.deepEqual(await probeBytes(bytes), expected);
    });
  }

  test('are judged alike when runs of zeros are only counted', () => {
    for (const [name, bytes] of Object.entries(goodFiles)) {
      const inspector = openInspector();
      const pageBytes = 1000;
      for (let offset = 0; offset < bytes.length; offset += pageBytes) {
        const page = bytes.subarray(offset, offset + pageBytes);
        if (page.every((byte) => byte === 0)) inspector.writeZeros(page.length);
        else inspector.write(page);
      }
      assert.deepEqual(inspector.finish(bytes.length), inspectAtOnce(bytes), name);
    }
  });
});

describe('hostile bytes', () => {
  const samples = Object.values(goodFiles).map((bytes) => bytes.slice(0, 100_000));
  const headersBytes = 2048;

  test('have a verdict after any change of a good header, quickly, however they are cut', () => {
    const change = fc.record({
      sample: fc.integer({ min: 0, max: samples.length - 1 }),
      edits: fc.array(
        fc.tuple(
          fc.nat(headersBytes),
          fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff), fc.nat(255)),
          fc.integer({ min: 1, max: 8 }),
        ),
        { minLength: 1, maxLength: 12 },
      ),
      length: fc.option(fc.nat(100_000)),
      chunkBytes: fc.integer({ min: 1, max: 70_000 }),
    });
    fc.assert(
      fc.property(change, ({ sample, edits, length, chunkBytes }) => {
        const bytes = (samples[sample] ?? new Uint8Array(0)).slice(0, length ?? undefined);
        for (const [offset, value, count] of edits) bytes.fill(value, offset, offset + count);
        const verdict = quickly(() => inspectAtOnce(bytes));
        assertWellFormed(verdict);
        assert.deepEqual(
          inspectInChunks(bytes, () => Math.max(chunkBytes, bytes.length / 12), 7),
          verdict,
        );
      }),
      { numRuns: 1200 },
    );
  });

  test('have a verdict when they are random behind the mark of a format', () => {
    const marks = samples.map((bytes) => bytes.slice(0, 16));
    fc.assert(
      fc.property(fc.nat(marks.length - 1), fc.uint8Array({ maxLength: 6000 }), (index, rest) => {
        const bytes = new Uint8Array([...(marks[index] ?? []), ...rest]);
        assertWellFormed(quickly(() => inspectAtOnce(bytes)));
      }),
      { numRuns: 1200 },
    );
  });

  function quickly(judge: () => Inspection): Inspection {
    let fastest = Infinity;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const start = performance.now();
      const verdict = judge();
      fastest = Math.min(fastest, performance.now() - start);
      if (fastest <= verdictLimitMilliseconds) return verdict;
    }
    return assert.fail(`a verdict took ${fastest} ms`);
  }
});
