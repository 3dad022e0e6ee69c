import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  changed,
  fixVhdChecksum,
  makeIso,
  makeKernel,
  makeLuks2,
  makeMbr,
  makeGpt,
  makeStreamedVmdk,
  put,
  putText,
} from './samples/disks.ts';
import { inspectAtOnce } from './samples/feeding.ts';
import {
  makeDynamicVhd,
  makePloop,
  makeQcow2,
  makeQed,
  makeVdi,
  makeVhdFooter,
  makeVhdx,
} from './samples/hand-made.ts';

type Case = [what: string, bytes: Uint8Array, code: string];

function vmdkWith(descriptor: string): Uint8Array {
  return makeStreamedVmdk({ descriptor });
}
const descriptorLines = ['# Disk DescriptorFile', 'parentCID=ffffffff', 'createType="monolithicSparse"'];
const extent = 'RW 8192 SPARSE "disk.vmdk"';
const text = (...lines: string[]) => [...descriptorLines, ...lines].join('\n');
const asBytes = (words: string) => new TextEncoder().encode(words);
const parentLocator = 'a8d35f2d-b30b-454d-abf7-d3d84834ab0c';
const unknownGuid = '11111111-2222-3333-4444-555555555555';

const qcow2Cases: Case[] = [
  ['an unknown incompatible bit', changed(makeQcow2(), (b) => put(b, 79, 1, 0x20)), 'unknown-feature'],
  ['the highest incompatible bit', changed(makeQcow2(), (b) => put(b, 72, 1, 0x80)), 'unknown-feature'],
  ['the external data bit', changed(makeQcow2(), (b) => put(b, 79, 1, 4)), 'external-data'],
  [
    'the name of a data file alone',
    changed(makeQcow2(), (b) => (put(b, 104, 4, 0x44415441), put(b, 108, 4, 4))),
    'external-data',
  ],
  ['the corrupt bit', changed(makeQcow2(), (b) => put(b, 79, 1, 2)), 'damaged'],
  [
    'a backing file',
    changed(makeQcow2(), (b) => (put(b, 8, 8, 512), put(b, 16, 4, 11), putText(b, 512, '/etc/passwd'))),
    'needs-other-file',
  ],
  [
    'a backing file name at 2^60',
    changed(makeQcow2(), (b) => (put(b, 8, 1, 0x10), put(b, 16, 4, 0xffffffff))),
    'needs-other-file',
  ],
  [
    'a backing format alone',
    changed(makeQcow2(), (b) => (put(b, 104, 4, 0xe2792aca), put(b, 108, 4, 3), putText(b, 112, 'raw'))),
    'needs-other-file',
  ],
  ['a size of 2^63', changed(makeQcow2(), (b) => put(b, 24, 1, 0x80)), 'absurd-size'],
  ['a size of 8 EiB and a table to match', changed(makeQcow2(), (b) => b.fill(0xff, 24, 32)), 'absurd-size'],
  ['a first table of 32 GiB', changed(makeQcow2(), (b) => put(b, 36, 4, 0xffffffff)), 'malformed'],
  ['a first table that is too small', changed(makeQcow2(), (b) => put(b, 24, 8, 2 ** 40)), 'malformed'],
  ['a header of 4 GiB', changed(makeQcow2(), (b) => put(b, 100, 4, 0xfffffff8)), 'malformed'],
  ['clusters of 2^31 bytes', changed(makeQcow2(), (b) => put(b, 20, 4, 31)), 'malformed'],
  [
    'an extension longer than the file',
    changed(makeQcow2(), (b) => (put(b, 104, 4, 0x6803f857), put(b, 108, 4, 0xffffffff))),
    'malformed',
  ],
  ['an unknown encryption', changed(makeQcow2(), (b) => put(b, 32, 4, 9)), 'unknown-feature'],
  [
    'an unknown compression',
    changed(makeQcow2(), (b) => (put(b, 79, 1, 8), put(b, 100, 4, 112), put(b, 104, 1, 7))),
    'unknown-feature',
  ],
  ['version 4', changed(makeQcow2(), (b) => put(b, 4, 4, 4)), 'unknown-version'],
  ['tables behind its end', changed(makeQcow2(), (b) => put(b, 40, 8, 2 ** 40)), 'truncated'],
];

const vmdkCases: Case[] = [
  ['an extent elsewhere', vmdkWith(text('RW 8192 FLAT "/etc/shadow" 0')), 'foreign-extent'],
  ['an extent up the tree', vmdkWith(text('RW 8192 SPARSE "../../other.vmdk"')), 'foreign-extent'],
  ['a device', vmdkWith(text('RW 8192 VMFSRDM "sda"')), 'foreign-extent'],
  ['a second extent', vmdkWith(text(extent, 'RW 8192 SPARSE "other.vmdk"')), 'foreign-extent'],
  [
    'a second extent after a lone carriage return',
    vmdkWith(text(`${extent}\rRW 8192 FLAT "sda" 0`)),
    'foreign-extent',
  ],
  ['no extent', vmdkWith(text()), 'malformed'],
  ['another size in its descriptor', vmdkWith(text('RW 9999 SPARSE "disk.vmdk"')), 'malformed'],
  ['a parent', vmdkWith(text(extent, 'parentFileNameHint="base.vmdk"')), 'needs-other-file'],
  ['a parent by number', vmdkWith(text(extent).replace('ffffffff', '12345678')), 'needs-other-file'],
  ['a file of changes', vmdkWith(text(extent, 'changeTrackPath="x-ctk.vmdk"')), 'foreign-extent'],
  ['lines that mean nothing', vmdkWith(text(extent, 'and then some words')), 'malformed'],
  ['another kind', vmdkWith(text(extent).replace('monolithicSparse', 'vmfsSparse')), 'unsupported-subformat'],
  ['a footer with another size', makeStreamedVmdk({ footerCapacitySectors: 9999 }), 'malformed'],
  ['no footer', changed(makeStreamedVmdk(), (b) => b.fill(0, b.length - 1536)), 'truncated'],
  ['a descriptor of 1 GiB', changed(makeStreamedVmdk(), (b) => put(b, 36, 8, 2 ** 21, true)), 'malformed'],
  ['a descriptor far away', changed(makeStreamedVmdk(), (b) => put(b, 28, 8, 99, true)), 'malformed'],
  ['an absurd size', makeStreamedVmdk({ capacitySectors: 2 ** 52 }), 'absurd-size'],
  ['only a descriptor', asBytes(text('RW 8192 FLAT "flat.vmdk" 0')), 'foreign-extent'],
  [
    'only a descriptor, and a long one',
    asBytes(text(...Array.from({ length: 9000 }, () => 'ddb.x = "y"'))),
    'foreign-extent',
  ],
  [
    'a descriptor full of zeros between words',
    vmdkWith(`# Disk DescriptorFile\n${`${'\0'.repeat(500)}x`.repeat(18)}`),
    'malformed',
  ],
];

const dynamic = (change: (bytes: Uint8Array) => void) =>
  changed(makeDynamicVhd(), (bytes) => {
    change(bytes);
    fixVhdChecksum(bytes, 0, 512, 64);
    fixVhdChecksum(bytes, 512, 1024, 36);
    bytes.copyWithin(bytes.length - 512, 0, 512);
  });
const fixed = (footer: Uint8Array) => new Uint8Array([...new Uint8Array(64 * 1024), ...footer]);

const vhdCases: Case[] = [
  ['a parent', dynamic((b) => put(b, 60, 4, 4)), 'needs-other-file'],
  ['the id of a parent', dynamic((b) => put(b, 512 + 40, 4, 7)), 'needs-other-file'],
  ['the locator of a parent', dynamic((b) => putText(b, 512 + 576, 'W2ku')), 'needs-other-file'],
  ['an absurd size', dynamic((b) => put(b, 48, 8, 2 ** 62)), 'absurd-size'],
  ['a table too small', dynamic((b) => put(b, 512 + 28, 4, 1)), 'malformed'],
  ['a wrong checksum', changed(makeDynamicVhd(), (b) => put(b, 65, 1, 1)), 'malformed'],
  ['a second header beyond everything', dynamic((b) => put(b, 16, 8, 2 ** 50)), 'malformed'],
  ['no footer', makeDynamicVhd().slice(0, -512), 'truncated'],
  ['a footer for more than there is', fixed(makeVhdFooter(2, 2 ** 30)), 'truncated'],
  ['the footer of a differencing disk', fixed(makeVhdFooter(4, 64 * 1024)), 'needs-other-file'],
  ['the footer of a dynamic disk only', fixed(makeVhdFooter(3, 64 * 1024)), 'truncated'],
];

const otherCases: Case[] = [
  ['vhdx with a log to replay', makeVhdx({ logged: true }), 'not-closed'],
  ['vhdx with a parent', makeVhdx({ hasParent: true }), 'needs-other-file'],
  ['vhdx with the locator of a parent', makeVhdx({ item: parentLocator }), 'needs-other-file'],
  ['vhdx with an unknown required item', makeVhdx({ item: unknownGuid }), 'unknown-feature'],
  ['vhdx with an unknown required region', makeVhdx({ region: unknownGuid }), 'unknown-feature'],
  ['vhdx of an absurd size', makeVhdx({ sizeBytes: 2 ** 60 }), 'absurd-size'],
  ['vhdx with metadata before its headers', makeVhdx({ metadataOffset: 4096 }), 'malformed'],
  ['vhdx with metadata beyond its end', makeVhdx({ metadataOffset: 2 ** 40 }), 'truncated'],
  [
    'vhdx with damaged headers',
    changed(makeVhdx(), (b) => (put(b, 65_600, 1, 1), put(b, 131_200, 1, 1))),
    'malformed',
  ],
  ['vdi with a parent', changed(makeVdi(), (b) => put(b, 440, 4, 1)), 'needs-other-file'],
  ['vdi of the differencing type', changed(makeVdi(), (b) => put(b, 76, 4, 4, true)), 'needs-other-file'],
  ['vdi of an absurd size', changed(makeVdi(), (b) => put(b, 368, 8, 2 ** 60, true)), 'absurd-size'],
  ['vdi with a table too small', changed(makeVdi(), (b) => put(b, 384, 4, 1, true)), 'malformed'],
  [
    'qed with a backing file',
    changed(
      makeQed(),
      (b) => (put(b, 16, 1, 1), put(b, 56, 4, 64, true), put(b, 60, 4, 8, true), putText(b, 64, 'base.img')),
    ),
    'needs-other-file',
  ],
  ['qed with unknown bits', changed(makeQed(), (b) => put(b, 23, 1, 1)), 'unknown-feature'],
  ['ploop of another version', changed(makePloop(), (b) => put(b, 16, 4, 3, true)), 'unknown-version'],
  ['ploop of an absurd size', changed(makePloop(), (b) => put(b, 36, 8, 2 ** 60, true)), 'absurd-size'],
  [
    'luks with a detached header',
    makeLuks2({ json: '{"segments":{"0":{"offset":"0"}}}' }),
    'needs-other-file',
  ],
  ['luks whose description is no JSON', makeLuks2({ json: '['.repeat(9000) }), 'malformed'],
  ['luks with an impossible header', makeLuks2({ metadataBytes: 2 ** 40 }), 'malformed'],
  ['an iso that ends before its disc does', makeIso({ blocks: 2_000_000 }), 'truncated'],
];

const severalCases: Case[] = [
  ['qcow2 and iso', changed(makeIso(), (b) => b.set(makeQcow2().subarray(0, 104))), 'several-formats'],
  ['qcow2 and vdi', changed(makeQcow2(), (b) => put(b, 64, 4, 0xbeda107f, true)), 'several-formats'],
  ['qcow2 and gpt', changed(makeQcow2(), (b) => putText(b, 512, 'EFI PART')), 'several-formats'],
  ['gzip and iso', changed(makeIso(), (b) => b.set([0x1f, 0x8b, 8, 0])), 'several-formats'],
  [
    'qcow2 and a fixed VHD',
    new Uint8Array([...makeQcow2(), ...makeVhdFooter(2, 256 * 1024)]),
    'several-formats',
  ],
  ['iso and a fixed VHD', new Uint8Array([...makeIso(), ...makeVhdFooter(2, 80 * 1024)]), 'several-formats'],
];

for (const [title, cases] of [
  ['qcow2 with', qcow2Cases],
  ['vmdk with', vmdkCases],
  ['vhd with', vhdCases],
  ['other formats:', otherCases],
  ['several formats at once:', severalCases],
] as const) {
  describe(`refuses ${title}`, () => {
    for (const [what, bytes, code] of cases) {
      test(what, () => {
        const { refusal } = inspectAtOnce(bytes);
        assert.equal(refusal?.code, code, refusal?.sentence);
        assert.match(refusal?.remedy ?? '', /^[A-Z].+\.$/);
      });
    }
  });
}

describe('what looks like several formats and is not', () => {
  const hybrid = changed(makeIso(), (b) => {
    b.set(makeGpt(80 * 1024).subarray(0, 1024));
  });
  for (const [what, bytes, format] of [
    ['a disc that also starts from a stick', hybrid, 'iso'],
    ['a disc with an MBR', changed(makeIso(), (b) => b.set(makeMbr().subarray(0, 512))), 'iso'],
    [
      'a qcow2 with a partition table of its guest at 4 KiB',
      changed(makeQcow2(), (b) => putText(b, 4096, 'EFI PART')),
      'qcow2',
    ],
    ['a kernel that carries a boot sector', makeKernel(), 'kernel'],
    [
      'a fixed VHD of a partitioned disk',
      new Uint8Array([...makeMbr(64 * 1024), ...makeVhdFooter(2, 64 * 1024)]),
      'vhd',
    ],
  ] as const) {
    test(`accepts ${what}`, () => {
      const verdict = inspectAtOnce(bytes);
      assert.equal(verdict.refusal, null, verdict.refusal?.sentence);
      assert.equal(verdict.format, format);
    });
  }

  test('warns when a partition table describes more than there is', () => {
    const verdict = inspectAtOnce(makeGpt(1024 * 1024).subarray(0, 512 * 1024));
    assert.equal(verdict.refusal, null);
    assert.deepEqual(
      verdict.warnings.map(({ code, sentence }) => [code, sentence]),
      [
        [
          'partition-table',
          'Its partition table describes 1.0 MiB, but 512.0 KiB are here. Was the file cut?',
        ],
      ],
    );
  });
});
