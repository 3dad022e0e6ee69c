import assert from 'node:assert/strict';
import test from 'node:test';
import { expectedHashOf, parseSha512Sums } from './sha512sums.ts';

const a = 'a'.repeat(128);
const b = 'b'.repeat(128);

test('reads lines of GNU and BSD, with paths, binary marks, comments and capitals', () => {
  const hashes = parseSha512Sums(
    `# SHA512SUMS\n${a.toUpperCase()}  erp.qcow2\n${b} *images/rocky.img\nSHA512 (tails.iso) = ${a}\r\n\n`,
  );
  assert.equal(expectedHashOf(hashes, 'erp.qcow2', 3), a);
  assert.equal(expectedHashOf(hashes, 'rocky.img', 3), b);
  assert.equal(expectedHashOf(hashes, 'tails.iso', 3), a);
  assert.equal(expectedHashOf(hashes, 'other.iso', 3), null);
  assert.deepEqual(hashes.wrongLines, []);
});

test('takes a hash without a name for a single file only', () => {
  const hashes = parseSha512Sums(b);
  assert.equal(expectedHashOf(hashes, 'one.raw', 1), b);
  assert.equal(expectedHashOf(hashes, 'one.raw', 2), null);
});

test('numbers the lines that are no SHA-512, such as those of SHA256SUMS', () => {
  assert.deepEqual(parseSha512Sums(`${a}  ok.raw\n${'c'.repeat(64)}  short.raw\nhello`).wrongLines, [2, 3]);
});
