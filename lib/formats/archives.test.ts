import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { debianEnvironment, requireDebian } from '#e2e/support/debian.ts';
import { makeOvf, makeTar, paxRecord, type TarEntry } from './samples/archives.ts';
import { inspectAtOnce, inspectInChunks, seededRandom } from './samples/feeding.ts';
import { makeOva } from './samples/hand-made.ts';

const run = promisify(execFile);

function refusalOf(entries: readonly TarEntry[]) {
  return inspectAtOnce(makeTar(entries)).refusal;
}

describe('an OVA', () => {
  test('is known by its description, with the size of its disk', () => {
    const verdict = inspectAtOnce(makeOva());
    assert.deepEqual(verdict, {
      format: 'ova',
      diskFormat: null,
      containerFormat: 'ova',
      detail: 'OVA',
      virtualSizeBytes: 20 * 2 ** 30,
      refusal: null,
      warnings: [],
    });
  });

  test('may begin with other files and be longer than what is kept of it', () => {
    const entries = [
      { name: 'readme.txt', data: 'x'.repeat(200_000) },
      { name: 'machine.ovf', data: makeOvf() },
    ];
    const bytes = makeTar(entries);
    const random = seededRandom(7);
    assert.equal(inspectAtOnce(bytes).format, 'ova');
    assert.deepEqual(
      inspectInChunks(bytes, () => random() * 40_000, 2),
      inspectAtOnce(bytes),
    );
  });

  for (const [what, ovf, code] of [
    [
      'an entity',
      makeOvf({ prologue: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' }),
      'unsafe-archive',
    ],
    ['a disk on the network', makeOvf({ href: 'http://169.254.169.254/latest' }), 'needs-other-file'],
    ['a disk up the tree', makeOvf({ href: '../other.vmdk' }), 'needs-other-file'],
    ['a disk with a hidden path', makeOvf({ href: '&#46;&#46;x' }), 'needs-other-file'],
    ['an absurd size', makeOvf({ capacity: '9999999999' }), 'absurd-size'],
    ['half a megabyte of unfinished tags', '<Disk '.repeat(80_000), undefined],
    ['more than half a megabyte of text', ' '.repeat(600_000), 'unsafe-archive'],
  ] as const) {
    test(`${code === undefined ? 'is judged quickly' : 'is refused'} when its description holds ${what}`, () => {
      const bytes = makeTar([{ name: 'machine.ovf', data: ovf }]);
      const start = process.cpuUsage();
      assert.equal(inspectAtOnce(bytes).refusal?.code, code);
      assert.ok(process.cpuUsage(start).user < 500_000);
    });
  }

  test('is refused with two descriptions', () => {
    const entry = { name: 'a.ovf', data: makeOvf() };
    assert.equal(refusalOf([entry, { ...entry, name: 'b.ovf' }])?.code, 'unsafe-archive');
  });
});

describe('a tar archive', () => {
  const longName = `${'folder/'.repeat(30)}file`;
  const evil = `${'folder/'.repeat(30)}../../../../etc/cron.d/job`;

  for (const [what, entries] of [
    ['a file up the tree', [{ name: '../evil' }]],
    ['a file up the tree, later in the name', [{ name: 'a/../../evil' }]],
    ['a file up the tree, the other slash', [{ name: 'a\\..\\evil' }]],
    ['a file at a fixed place', [{ name: '/etc/passwd' }]],
    ['a file on a drive', [{ name: 'C:\\boot.ini' }]],
    ['a file without a name', [{ name: 'a', data: 'x' }, { name: '' }]],
    ['a symbolic link', [{ name: 'link', type: '2', link: '/etc' }]],
    ['a hard link', [{ name: 'link', type: '1', link: 'a' }]],
    ['a character device', [{ name: 'null', type: '3' }]],
    ['a block device', [{ name: 'sda', type: '4' }]],
    ['a pipe', [{ name: 'pipe', type: '6' }]],
    ['a kind of entry that nobody knows', [{ name: 'x', type: 'Z' }]],
    ['a sparse file', [{ name: 'x', type: 'S' }]],
    ['a long name up the tree', [{ name: '././@LongLink', type: 'L', data: `${evil}\0` }, { name: 'x' }]],
    ['a pax name up the tree', [{ name: 'pax', type: 'x', data: paxRecord('path', evil) }, { name: 'x' }]],
    [
      'a pax sparse file',
      [{ name: 'pax', type: 'x', data: paxRecord('GNU.sparse.major', '1') }, { name: 'x' }],
    ],
    [
      'a link after many files',
      [
        ...Array.from({ length: 300 }, (_, index) => ({ name: `f${index}`, data: 'x' })),
        { name: 'l', type: '2' },
      ],
    ],
    ['more files than anybody packs', Array.from({ length: 5000 }, (_, index) => ({ name: `f${index}` }))],
  ] as const satisfies readonly (readonly [string, readonly TarEntry[]])[]) {
    test(`is refused with ${what}`, () => {
      const refusal = refusalOf(entries);
      assert.equal(refusal?.code, 'unsafe-archive', refusal?.sentence);
    });
  }

  for (const [what, bytes, code] of [
    ['an absurdly long name', makeTar([{ name: 'x', type: 'L', data: 'y'.repeat(70_000) }]), 'malformed'],
    ['a size that is no number', makeTar([{ name: 'x', sizeText: '9zz' }]), 'malformed'],
    ['pax records that are none', makeTar([{ name: 'x', type: 'x', data: '99 a=b\n' }]), 'malformed'],
    [
      'a pax size that is none',
      makeTar([{ name: 'x', type: 'x', data: paxRecord('size', 'big') }, { name: 'y' }]),
      'malformed',
    ],
    [
      'a second header that is damaged',
      makeTar([{ name: 'a' }]).map((byte, at) => (at === 512 ? 1 : byte)),
      'malformed',
    ],
    ['less data than it says', makeTar([{ name: 'a', data: 'x', sizeText: '00000100000\0' }]), 'truncated'],
  ] as const) {
    test(`is refused with ${what}`, () => {
      const { refusal } = inspectAtOnce(bytes);
      assert.equal(refusal?.code, code, refusal?.sentence);
    });
  }

  test('is accepted with folders, long names and without closing blocks', () => {
    const bytes = makeTar(
      [
        { name: 'folder/', type: '5' },
        { name: '././@LongLink', type: 'L', data: `${longName}\0` },
        { name: longName.slice(0, 100), data: 'x' },
        { name: 'pax', type: 'x', data: paxRecord('path', longName) + paxRecord('size', '4') },
        { name: 'short', data: 'four' },
      ],
      0,
    );
    assert.equal(inspectAtOnce(bytes).refusal, null);
  });
});

const packages = await requireDebian(['xz-utils', 'zstd', 'bzip2', 'gzip', 'tar']);

describe('what the system packs', { skip: packages.ok ? false : packages.reason }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-archives-'));
    await writeFile(
      join(folder, 'data'),
      Uint8Array.from({ length: 50_000 }, (_, index) => (index * index) & 0xff),
    );
    await symlink('data', join(folder, 'link'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [program, options, suffix, format] of [
    ['gzip', ['-k'], 'gz', 'gzip'],
    ['xz', ['-k'], 'xz', 'xz'],
    ['zstd', ['-q'], 'zst', 'zstd'],
    ['bzip2', ['-k'], 'bz2', 'bzip2'],
  ] as const) {
    test(`${program} is known as ${format}`, async () => {
      await run(program, [...options, 'data'], { cwd: folder, env: debianEnvironment() });
      const bytes = new Uint8Array(await readFile(join(folder, `data.${suffix}`)));
      const verdict = inspectAtOnce(bytes);
      assert.equal(verdict.format, format);
      assert.equal(verdict.containerFormat, 'compressed');
      assert.equal(verdict.diskFormat, null);
      assert.equal(verdict.refusal, null);
      if (format === 'xz') assert.equal(inspectAtOnce(bytes.subarray(0, -100)).refusal?.code, 'truncated');
    });
  }

  for (const kind of ['gnu', 'ustar', 'pax', 'v7', 'oldgnu']) {
    test(`tar archives of the kind ${kind} are walked to their end`, async () => {
      await run('tar', ['-c', '-f', 'good.tar', `--format=${kind}`, 'data'], { cwd: folder });
      await run('tar', ['-c', '-f', 'link.tar', `--format=${kind}`, 'data', 'link'], { cwd: folder });
      const good = inspectAtOnce(new Uint8Array(await readFile(join(folder, 'good.tar'))));
      assert.equal(good.format, 'tar');
      assert.equal(good.refusal, null, good.refusal?.sentence);
      const link = inspectAtOnce(new Uint8Array(await readFile(join(folder, 'link.tar'))));
      assert.equal(link.refusal?.sentence, 'The archive holds a link, link.');
    });
  }
});
