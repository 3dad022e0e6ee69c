import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { requireDebian } from '#e2e/support/debian.ts';
import { checkDeclared } from './declared.ts';
import { probe } from './probe.ts';
import { inspectAtOnce, inspectInChunks, seededRandom } from './samples/feeding.ts';
import {
  makeBases,
  makeSample,
  openForProbe,
  qemuImg,
  qemuSamples,
  qemuVirtualSize,
} from './samples/qemu.ts';

const available = await requireDebian(['qemu-utils']);

describe('images made by qemu-img', { skip: available.ok ? false : available.reason }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-formats-'));
    await makeBases(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const sample of qemuSamples) {
    const verb = sample.refused === undefined ? 'accepts' : 'refuses';
    test(`${verb} ${sample.name}`, async () => {
      const path = await makeSample(folder, sample);
      const bytes = new Uint8Array(await readFile(path));
      const verdict = inspectAtOnce(bytes);

      assert.equal(verdict.refusal?.code, sample.refused, verdict.refusal?.sentence);
      assert.equal(verdict.diskFormat, sample.diskFormat === undefined ? sample.format : sample.diskFormat);
      if (sample.detail !== undefined) assert.equal(verdict.detail, sample.detail);
      assert.deepEqual(
        verdict.warnings.map(({ code }) => code),
        sample.warned === undefined ? [] : [sample.warned],
      );
      if (sample.refused === undefined) {
        assert.equal(verdict.virtualSizeBytes, await qemuVirtualSize(path, sample.format));
        assert.equal(
          checkDeclared({ diskFormat: verdict.diskFormat, containerFormat: 'bare' }, verdict),
          null,
        );
      }

      const random = seededRandom(bytes.length);
      assert.deepEqual(
        inspectInChunks(bytes, () => random() ** 4 * 300_000, 3),
        verdict,
        'in chunks, resumed',
      );
      const file = await openForProbe(path);
      assert.deepEqual(await probe(file), verdict, 'probed');
      await file.close();
    });
  }

  test('warns of snapshots inside a qcow2', async () => {
    const path = await makeSample(folder, { name: 'with snapshots', format: 'qcow2' });
    await qemuImg(folder, 'snapshot', '-c', 'one', path);
    await qemuImg(folder, 'snapshot', '-c', 'two', path);
    const verdict = inspectAtOnce(new Uint8Array(await readFile(path)));
    assert.equal(verdict.refusal, null);
    assert.deepEqual(
      verdict.warnings.map(({ code, sentence }) => [code, sentence]),
      [['internal-snapshots', 'It carries 2 snapshots of its own: old contents go along with the image.']],
    );
  });

  test('accepts a qcow2 with a dirty bitmap', async () => {
    const path = await makeSample(folder, { name: 'with bitmap', format: 'qcow2' });
    await qemuImg(folder, 'bitmap', '--add', path, 'changes');
    assert.equal(inspectAtOnce(new Uint8Array(await readFile(path))).refusal, null);
  });

  test('accepts what qemu-img converts and compresses from a disk with data', async () => {
    await qemuImg(folder, 'create', '-q', '-f', 'raw', 'data.raw', '8M');
    for (const [format, ...options] of [
      ['qcow2', '-c'],
      ['qcow2', '-c', '-o', 'compression_type=zstd'],
      ['vmdk', '-o', 'subformat=streamOptimized'],
      ['vpc', '-o', 'force_size=on'],
      ['vhdx'],
      ['vdi'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one program at a time
      await qemuImg(folder, 'convert', '-O', format, ...options, 'data.raw', 'converted.img');
      // oxlint-disable-next-line no-await-in-loop -- one program at a time
      const verdict = inspectAtOnce(new Uint8Array(await readFile(join(folder, 'converted.img'))));
      assert.equal(verdict.refusal, null, `${format}: ${verdict.refusal?.sentence}`);
      assert.equal(verdict.virtualSizeBytes, 8 * 1024 * 1024, format);
    }
  });

  test('names the file that a qcow2 leans on, and never its folder', async () => {
    await qemuImg(
      folder,
      'create',
      '-q',
      '-u',
      '-f',
      'qcow2',
      '-b',
      '/etc/passwd',
      '-F',
      'raw',
      'thief.qcow2',
      '1M',
    );
    const verdict = inspectAtOnce(new Uint8Array(await readFile(join(folder, 'thief.qcow2'))));
    assert.equal(verdict.refusal?.sentence, 'It needs another file, passwd, to be complete.');
  });
});
