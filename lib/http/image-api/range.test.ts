import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange } from './range.ts';

const parse = (range: string) => parseRange(new Headers({ range }));

test('one range is read with blanks around its parts, and what is none is ignored', () => {
  assert.deepEqual(parse('bytes=0-9'), { start: 0, end: 9 });
  assert.deepEqual(parse('Bytes = 5 - '), { start: 5, end: null });
  assert.deepEqual(parse('bytes=-7'), { suffix: 7 });
  for (const none of [
    'bytes=',
    'bytes=-',
    'bytes=5',
    'bytes=1-2-3',
    'bytes=1 2-3',
    'bytes=a-b',
    'bytes=9-3',
    'lines=1-2',
  ]) {
    assert.equal(parse(none), null, none);
  }
  assert.throws(() => parse('bytes=0-1,3-4'), { code: 'bad_request' });
});

test('no header of the size that is taken keeps the server busy', () => {
  const startedAt = performance.now();
  for (const filling of [' ', '1', '-', ' 1']) {
    const long = filling.repeat(30_000 / filling.length);
    for (const range of [`bytes=1-${long}x`, `bytes=${long}x`, `bytes${long}x`])
      assert.equal(parse(range), null);
  }
  assert.ok(performance.now() - startedAt < 500);
});
