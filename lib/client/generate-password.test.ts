import assert from 'node:assert/strict';
import test from 'node:test';
import { generatePassword } from './generate-password.ts';

test('makes passwords that can be read aloud, each another, with every letter as often', () => {
  const made = Array.from({ length: 2_000 }, generatePassword);
  for (const password of made) assert.match(password, /^([a-hjkmnp-tv-z2-9]{5}-){3}[a-hjkmnp-tv-z2-9]{5}$/);
  assert.equal(new Set(made).size, made.length);
  const counts = new Map<string, number>();
  for (const letter of made.join('').replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  assert.equal(counts.size, 30);
  // 40,000 letters of 30: 1,333 each, give or take seven standard deviations.
  for (const [letter, count] of counts) assert.ok(Math.abs(count - 1_333) < 255, `${letter}: ${count}`);
});
