import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJson } from './read-json.ts';

const read = (body: string) =>
  readJson(
    new Request('http://x/', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
    1024 * 1024,
  );

test('a body is read as it is, escapes and all', async () => {
  const text = '{"a":[{"b":"\\\\u0000 \\ud83d\\ude00 é"}],"__proto__":"own","n":1e3,"no":null}';
  const value = await read(text);
  assert.deepEqual(value, JSON.parse(text));
  assert.ok(Object.hasOwn(value as object, '__proto__'));
  assert.equal(await read(''), undefined);
});

test('what parses and cannot be kept is refused: NUL, half a surrogate pair, endless nesting', async () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  for (const body of [
    '{"a":"\\u0000"}',
    '{"\\u0000":1}',
    '[["x","\\ud800"]]',
    '{"\\uDFFF":{}}',
    '"\\u0000"',
    nested(200_000),
    `{"a":${nested(100)}}`,
    '{',
  ]) {
    await assert.rejects(read(body), { code: 'bad_request' }, body.slice(0, 40));
  }
  assert.ok(Array.isArray(await read(nested(50))));
});

test('a body that does not come is not waited for, and one that broke off is no failure of ours', async () => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from('{"a":')),
  });
  const gone = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error('aborted')),
  });
  const init = { method: 'POST', body, duplex: 'half' };
  const request = new Request('http://x/', init);
  await assert.rejects(readJson(request, 1024, /^/, 20), { code: 'bad_request' });
  await assert.rejects(readJson(new Request('http://x/', { ...init, body: gone }), 1024), {
    code: 'bad_request',
  });
});
