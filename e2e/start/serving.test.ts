import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminPassword, startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn, signInToConsole } from '#e2e/support/sign-in.ts';

describe('a running server', () => {
  const cleanups: (() => unknown)[] = [];
  let server: TestServer;

  before(async () => {
    server = await startServer({ after: (cleanup) => void cleanups.push(cleanup) });
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  it('lets pages run only scripts that carry the nonce of their answer, and WebAssembly', async () => {
    for (const path of ['/sign-in', '/no-such-page']) {
      const answer = await fetch(server.url + path, {
        headers: { 'content-security-policy': "script-src 'nonce-mine'" },
      });
      const policy = answer.headers.get('content-security-policy') ?? '';
      const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
      const nonce = /^'self' 'nonce-([A-Za-z0-9+/=]{20,})' 'wasm-unsafe-eval'$/.exec(scripts)?.[1];
      assert.ok(nonce, `the policy allows more: ${policy}`);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('referrer-policy'), 'same-origin');
      const tags = (await answer.text()).match(/<script\b[^>]*>/g) ?? [];
      assert.ok(tags.length > 0);
      for (const tag of tags) assert.ok(tag.includes(`nonce="${nonce}"`), `${path}: ${tag}`);
    }
  });

  it('leads who has no session to signing in, and back to the page that was asked for', async () => {
    const answer = await fetch(`${server.url}/images/x?view=sharing&_rsc=1`, { redirect: 'manual' });
    assert.equal(answer.status, 307);
    const next = encodeURIComponent('/images/x?view=sharing');
    assert.equal(answer.headers.get('location'), `/sign-in?next=${next}`);
    const cookie = await signInToConsole(server);
    const page = await fetch(`${server.url}/images/x`, { headers: { cookie }, redirect: 'manual' });
    assert.equal(page.status, 200);
  });

  it('has an icon for browsers that ask for one where no page names it', async () => {
    const answer = await fetch(`${server.url}/favicon.ico`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'image/svg+xml');
  });

  it('answers the Images API at /image/ without a redirect, and runs nothing there', async () => {
    const answer = await fetch(`${server.url}/image/`, { redirect: 'manual' });
    assert.ok(answer.status === 200 || answer.status === 300, `it was answered ${answer.status}`);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/);
  });

  it('writes JSON lines to its log and no secret into them', async (t) => {
    const own = await startServer(t, { env: { STOWAGE_LOG_LEVEL: 'trace' } });
    const token = await signIn(own);
    const wrong = await fetch(`${own.url}/image/v2/images`, {
      headers: { 'x-auth-token': 'canary-of-a-token', cookie: 'session=canary-of-a-cookie' },
    });
    assert.equal(wrong.status, 401);
    assert.equal(
      (await fetch(`${own.url}/image/v2/images`, { headers: { 'x-auth-token': token } })).status,
      200,
    );
    await own.stop();
    assert.ok(own.logs().length > 0);
    for (const secret of [token, adminPassword, 'canary-of-a-token', 'canary-of-a-cookie']) {
      assert.ok(!own.output().includes(secret), `the log holds ${secret}`);
    }
    const lines = own.output().trim().split('\n');
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('{') && !line.startsWith('Stowage is at ')),
      [],
    );
  });

  it('takes two signals that come together as one, and ends at once at a later one', async (t) => {
    const own = await startServer(t);
    const unfinished = connect(own.port, '127.0.0.1');
    unfinished.on('error', () => assert.ok(unfinished.destroyed));
    await once(unfinished, 'connect');
    unfinished.write(
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    await sleep(200);
    process.kill(own.pid, 'SIGINT');
    process.kill(own.pid, 'SIGINT');
    await sleep(1_500);
    assert.equal((await fetch(`${own.url}/readyz`)).status, 503, 'it waits for the request that runs');
    process.kill(own.pid, 'SIGINT');
    assert.deepEqual(await own.ended, { code: 130, signal: null });
    unfinished.destroy();
  });
});
