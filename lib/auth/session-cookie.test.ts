import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSessionCookie, sessionCookie } from './session-cookie.ts';

const headers = (cookie: string) => new Headers({ cookie });

test('over https only the cookie counts that no other host can have set', () => {
  const ours = sessionCookie('ours', true).split(';')[0] ?? '';
  assert.match(sessionCookie('ours', true), /^__Host-[^;]+; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
  const https = 'https://images.example';
  assert.equal(readSessionCookie(headers(`stowage_session=theirs; ${ours}`), https), 'ours');
  assert.equal(readSessionCookie(headers('stowage_session=theirs'), https), null);
  for (const publicUrl of [null, 'http://images.example']) {
    assert.equal(readSessionCookie(headers('a=b; stowage_session=plain'), publicUrl), 'plain');
    assert.equal(readSessionCookie(headers(`stowage_session=plain; ${ours}`), publicUrl), 'ours');
  }
});
