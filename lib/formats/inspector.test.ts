import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { openInspector } from './inspector.ts';
import { makeOva, makeQcow2, makeVhdFooter, makeVhdx } from './samples/hand-made.ts';

const MiB = 1024 * 1024;

describe('an inspector', () => {
  test('knows nothing of no bytes', () => {
    const inspector = openInspector();
    assert.equal(inspector.verdict().format, 'unknown');
    assert.equal(inspector.settled, false);
    assert.equal(inspector.finish(0).format, 'unknown');
  });

  test('names the format from the first KiB and is settled after 68', () => {
    const inspector = openInspector();
    const bytes = makeQcow2();
    inspector.write(bytes.subarray(0, 1024));
    assert.equal(inspector.verdict().format, 'qcow2');
    assert.equal(inspector.verdict().virtualSizeBytes, null);
    assert.equal(inspector.settled, false);
    inspector.write(bytes.subarray(1024, 68 * 1024));
    assert.equal(inspector.settled, true);
    assert.equal(inspector.position, 68 * 1024);
    assert.equal(inspector.verdict().virtualSizeBytes, 64 * MiB);
  });

  test('says that an upload can stop long before its end', () => {
    const inspector = openInspector();
    const bytes = makeQcow2();
    bytes[79] = 0x04;
    inspector.write(bytes.subarray(0, 68 * 1024));
    assert.equal(inspector.verdict().refusal?.code, 'external-data');
    assert.equal(inspector.settled, true);
  });

  test('finds the footer of a fixed VHD behind any number of zeros', () => {
    const inspector = openInspector();
    inspector.writeZeros(8 * 1024 * MiB);
    inspector.write(makeVhdFooter(2, 8 * 1024 * MiB));
    const verdict = inspector.finish(inspector.position);
    assert.equal(verdict.detail, 'VHD fixed');
    assert.equal(verdict.virtualSizeBytes, 8 * 1024 * MiB);
  });

  test('says nothing about a tail that it never saw', () => {
    const inspector = openInspector();
    inspector.write(new Uint8Array(MiB));
    assert.equal(inspector.finish(4 * MiB).virtualSizeBytes, 4 * MiB);
  });

  test('has small snapshots: below 4 KiB once settled, below 1 MiB at any time', () => {
    const raw = openInspector();
    raw.write(new Uint8Array(MiB).fill(7));
    assert.ok(raw.snapshot().length < 4096, `${raw.snapshot().length}`);
    for (const bytes of [makeVhdx(), makeOva(), new Uint8Array(100_000).fill(1)]) {
      const inspector = openInspector();
      for (let offset = 0; offset < bytes.length; offset += 10_000) {
        inspector.write(bytes.subarray(offset, offset + 10_000));
        assert.ok(inspector.snapshot().length < MiB);
      }
    }
  });

  test('refuses to go on from a snapshot that is none', () => {
    for (const text of ['', '{}', '{"version":2}']) assert.throws(() => openInspector(text));
  });

  test('costs less than 50 microseconds of CPU for each MiB once settled', () => {
    const inspector = openInspector();
    const chunk = new Uint8Array(MiB);
    for (let warm = 0; warm < 2000; warm += 1) inspector.write(chunk);
    const rounds = 20_000;
    const start = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) inspector.write(chunk);
    const microseconds = process.cpuUsage(start).user / rounds;
    assert.ok(microseconds < 50, `${microseconds} µs`);
  });

  test('runs in a browser: its code imports nothing of Node', async () => {
    const folders = [import.meta.dirname, `${import.meta.dirname}/families`];
    for (const folder of folders) {
      // oxlint-disable-next-line no-await-in-loop -- two folders
      for (const name of await readdir(folder)) {
        if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
        // oxlint-disable-next-line no-await-in-loop -- small files
        const source = await readFile(`${folder}/${name}`, 'utf8');
        assert.doesNotMatch(source, /from 'node:|\bBuffer\b|\bprocess\./, name);
        assert.ok(source.split('\n').length < 350, name);
      }
    }
  });
});
