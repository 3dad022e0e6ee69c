import assert from 'node:assert/strict';
import test from 'node:test';
import {
  byteUnitOf,
  formatAge,
  formatBytes,
  formatDuration,
  formatMoment,
  formatPercent,
  formatPrice,
  formatRate,
  percentOf,
  splitPart,
} from './format.ts';

const GiB = 1024 ** 3;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('writes bytes in IEC units with one decimal and a no-break space', () => {
  assert.equal(formatBytes(0), '0\u00a0B');
  assert.equal(plain(formatBytes(1023)), '1,023 B');
  assert.equal(plain(formatBytes(1024)), '1.0 KiB');
  assert.equal(plain(formatBytes(41.4 * GiB)), '41.4 GiB');
  assert.equal(plain(formatBytes(1024 * GiB)), '1.0 TiB');
});

test('never writes 1,024.0 of a unit', () => {
  assert.equal(byteUnitOf(1024 ** 2 - 1), 'MiB');
  assert.equal(plain(formatBytes(1024 ** 3 - 1)), '1.0 GiB');
});

test('keeps two decimals below ten where bytes are compared', () => {
  assert.equal(plain(formatBytes(1.123 * GiB, { precision: 'compare' })), '1.12 GiB');
  assert.equal(plain(formatBytes(11.23 * GiB, { precision: 'compare' })), '11.2 GiB');
});

test('writes a part in the unit of the whole and rounds it down', () => {
  assert.deepEqual(splitPart(41.48 * GiB, 60 * GiB), { done: '41.4', total: '60.0\u00a0GiB' });
  assert.deepEqual(splitPart(60 * GiB - 1, 60 * GiB), { done: '59.9', total: '60.0\u00a0GiB' });
  assert.deepEqual(splitPart(60 * GiB, 60 * GiB), { done: '60.0', total: '60.0\u00a0GiB' });
});

test('writes a rate in bytes a second', () => {
  assert.equal(plain(formatRate(86 * 1024 ** 2)), '86.0 MiB/s');
});

test('writes a duration in at most two units', () => {
  assert.equal(plain(formatDuration(0)), '0 s');
  assert.equal(plain(formatDuration(41)), '41 s');
  assert.equal(plain(formatDuration(221)), '3 min 41 s');
  assert.equal(plain(formatDuration(3_600)), '1 h');
  assert.equal(plain(formatDuration(2 * 86_400 + 3 * 3_600 + 59)), '2 d 3 h');
});

test('writes an age as minutes, hours, then a date', () => {
  const now = new Date('2026-11-22T12:00:00');
  assert.equal(plain(formatAge('2026-11-22T11:59:50', now)), '1 min');
  assert.equal(plain(formatAge('2026-11-22T11:19:00', now)), '41 min');
  assert.equal(plain(formatAge('2026-11-21T22:00:00', now)), '14 h');
  assert.equal(formatAge('2026-11-20T22:00:00', now), '20 Nov');
  assert.equal(formatAge('2025-11-20T22:00:00', now), '20 Nov 2025');
});

test('writes a moment with the year only when it is another one', () => {
  const now = new Date('2026-11-22T12:00:00');
  assert.equal(formatMoment('2026-11-22T03:14:00', now), '22 Nov, 03:14');
  assert.equal(formatMoment('2025-11-04T09:12:00', now), '4 Nov 2025, 09:12');
});

test('rounds a percentage down and never leaves 0 to 100', () => {
  assert.equal(percentOf(999, 1000), 99);
  assert.equal(percentOf(1000, 1000), 100);
  assert.equal(percentOf(2000, 1000), 100);
  assert.equal(percentOf(1, 0), 0);
  assert.equal(plain(formatPercent(43.9)), '43 %');
});

test('writes prices to the cent, and small ones to a tenth of it', () => {
  assert.equal(formatPrice(0.41, 'EUR'), '€0.41');
  assert.equal(formatPrice(0.011, 'EUR'), '€0.011');
  assert.equal(formatPrice(0, 'EUR'), '€0.00');
});
