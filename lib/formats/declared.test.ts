import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkDeclared } from './declared.ts';
import { inspectAtOnce } from './samples/feeding.ts';
import { goodFiles } from './samples/hand-made.ts';

function check(file: string, diskFormat: string | null, containerFormat: string | null = 'bare') {
  return checkDeclared({ diskFormat, containerFormat }, inspectAtOnce(goodFiles[file] ?? new Uint8Array(0)));
}

describe('declared against found', () => {
  for (const [file, diskFormat, containerFormat] of [
    ['qcow2 v3', 'qcow2', 'bare'],
    ['qcow2 v2', null, null],
    ['raw bytes', 'raw', 'bare'],
    ['gpt', 'raw', 'bare'],
    ['mbr', 'raw', 'bare'],
    ['luks2', 'raw', 'bare'],
    ['kernel', 'raw', 'bare'],
    ['kernel', 'aki', 'aki'],
    ['cpio', 'ari', 'ari'],
    ['gzip', 'ari', 'ari'],
    ['raw bytes', 'ami', 'ami'],
    ['mbr', 'ami', 'ami'],
    ['vmdk', 'vmdk', 'bare'],
    ['vhd fixed', 'vhd', 'bare'],
    ['vhd dynamic', 'vhd', 'bare'],
    ['iso', 'iso', 'bare'],
    ['ploop', 'ploop', 'bare'],
    ['ova', 'vmdk', 'ova'],
    ['ova', null, null],
    ['gzip', 'qcow2', 'compressed'],
    ['tar', 'raw', 'docker'],
  ] as const) {
    test(`${file} may be kept as ${diskFormat ?? 'what it is'} in ${containerFormat ?? 'what it is in'}`, () => {
      assert.equal(check(file, diskFormat, containerFormat), null);
    });
  }

  for (const [file, diskFormat, containerFormat, sentence] of [
    ['qcow2 v3', 'raw', 'bare', 'It is declared raw, but these bytes are a qcow2 v3.'],
    ['raw bytes', 'qcow2', 'bare', 'It is declared qcow2, but these bytes are a raw disk.'],
    ['iso', 'raw', 'bare', 'It is declared raw, but these bytes are an ISO 9660.'],
    ['vhd fixed', 'raw', null, 'It is declared raw, but these bytes are a VHD fixed.'],
    ['gzip', 'raw', 'bare', 'These bytes are a gzip archive, not a disk.'],
    ['gzip', null, null, 'These bytes are a gzip archive, not a disk.'],
    ['ova', 'vmdk', 'bare', 'These bytes are an OVA, not a disk.'],
    ['vmdk', 'vmdk', 'ova', 'These bytes are a VMDK streamOptimized, not an OVA.'],
    ['qcow2 v3', 'qcow2', 'compressed', 'These bytes are a qcow2 v3, not a compressed file.'],
    ['qcow2 v3', 'ami', 'ami', 'It is declared ami, but these bytes are a qcow2 v3.'],
    ['gzip', 'ami', 'ami', 'These bytes are a gzip archive, not a disk.'],
  ] as const) {
    test(`${file} is not kept as ${diskFormat ?? 'anything'} in ${containerFormat ?? 'anything'}`, () => {
      const mismatch = check(file, diskFormat, containerFormat);
      assert.equal(mismatch?.sentence, sentence);
      assert.match(mismatch?.remedy ?? '', /^[A-Z].+\.$/);
    });
  }

  test('an empty image may be anything: Nova activates them before it writes elsewhere', () => {
    const empty = inspectAtOnce(new Uint8Array(0));
    assert.equal(empty.detail, 'Empty');
    assert.equal(checkDeclared({ diskFormat: 'qcow2', containerFormat: 'bare' }, empty), null);
  });
});
