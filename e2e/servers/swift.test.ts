import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startSwift } from './swift.ts';

test('starts a Swift with tempauth that keeps objects, and leaves nothing behind', async (context) => {
  const parent = mkdtempSync(path.join(tmpdir(), 'stowage-test-'));
  const started = await startSwift({ parent });
  if (!started.ok) return context.skip(started.reason);
  const swift = started.server;
  const signedIn = await fetch(swift.authUrl, {
    headers: { 'X-Auth-User': swift.username, 'X-Auth-Key': swift.password },
  });
  const storage = signedIn.headers.get('x-storage-url') ?? '';
  const headers = { 'X-Auth-Token': signedIn.headers.get('x-auth-token') ?? '' };
  assert.equal(storage, `${swift.url}/v1/AUTH_test`);
  assert.equal((await fetch(`${storage}/images`, { method: 'PUT', headers })).status, 201);
  const put = { method: 'PUT', headers, body: 'bytes' };
  assert.equal((await fetch(`${storage}/images/one`, put)).status, 201);
  const wrong = { ...put, headers: { ...headers, ETag: '0'.repeat(32) } };
  assert.equal((await fetch(`${storage}/images/two`, wrong)).status, 422);
  assert.equal(await (await fetch(`${storage}/images/one`, { headers })).text(), 'bytes');
  const unsigned = { Authorization: `AWS ${swift.s3.accessKey}:wrong`, Date: new Date().toUTCString() };
  const refused = await fetch(`${swift.url}/images`, { headers: unsigned });
  assert.match(await refused.text(), /<Code>SignatureDoesNotMatch</, 'the S3 API is there');
  await swift.remove();
  assert.deepEqual(readdirSync(parent), []);
  assert.equal(await fetch(swift.url).catch(() => null), null);
  rmdirSync(parent);
});
