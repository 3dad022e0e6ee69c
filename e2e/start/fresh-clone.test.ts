import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { npmStart } from './npm-start.ts';

/**
 * What is committed, in a new directory. Its packages are links to this tree's: fetching them anew is what CI does
 * before this test can run, and `prepare.test.ts` tests when it happens.
 */
const parent = temporaryDirectory(test);
const tree = path.join(parent, 'clone');
const data = path.join(parent, 'data');
const buildWithin = 8 * 60_000;
const startWithin = 60_000;

before(() => {
  execFileSync('git', ['clone', '--quiet', root, tree]);
  const isOneFileSystem = statSync(root).dev === statSync(parent).dev;
  execFileSync('cp', [isOneFileSystem ? '-al' : '-a', path.join(root, 'node_modules'), tree]);
});

describe('npm start', () => {
  it('builds a fresh clone once, though two start at the same time, and tells the first password once', async (t) => {
    const one = npmStart(t, tree, { PORT: '0', STOWAGE_DATA_DIR: data });
    const other = npmStart(t, tree, { PORT: '0', STOWAGE_DATA_DIR: `${data}-other` });
    const urls = await Promise.all([one.url(buildWithin), other.url(buildWithin)]);
    for (const url of urls) {
      const ready = await fetch(`${url}/readyz`);
      assert.equal(ready.status, 200);
      // Anybody may ask: how many stores there are, and not which.
      assert.deepEqual(await ready.json(), {
        status: 'ready',
        checks: { stopping: false, database: 'ok', stores: { 'in-service': 2 } },
      });
    }
    assert.equal((one.output() + other.output()).match(/^Building the console/gm)?.length, 1);
    assert.match(one.output(), /^The first administrator is "admin" with the password \S{12,}/m);
    assert.ok(existsSync(path.join(data, 'secret.key')));
    one.signal('SIGTERM');
    other.signal('SIGINT');
    assert.deepEqual(await Promise.all([one.ended, other.ended]), [0, 0]);
    assert.equal(execFileSync('git', ['status', '--porcelain'], { cwd: tree, encoding: 'utf8' }), '');
  });

  it('does no work and tells no password the second time', async (t) => {
    const startedAt = performance.now();
    const second = npmStart(t, tree, { PORT: '0', STOWAGE_DATA_DIR: data });
    const url = await second.url(startWithin);
    t.diagnostic(`the second start took ${Math.round(performance.now() - startedAt)} ms`);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    assert.doesNotMatch(second.output(), /Building|Installing|password/);
    second.signal('SIGTERM');
    assert.equal(await second.ended, 0);
  });

  it('answers /readyz with 503 before it refuses connections, and exits with 0 on SIGTERM', async (t) => {
    const server = npmStart(t, tree, { PORT: '0', STOWAGE_DATA_DIR: data });
    const url = await server.url(startWithin);
    const seen = ['200'];
    server.signal('SIGTERM');
    while (seen.at(-1) !== 'refused') {
      const answer = await fetch(`${url}/readyz`).then(
        ({ status }) => String(status),
        () => 'refused',
      );
      if (answer !== seen.at(-1)) seen.push(answer);
      await sleep(20);
    }
    assert.deepEqual(seen, ['200', '503', 'refused']);
    assert.equal(await server.ended, 0);
  });

  it('names the port and the remedy when another program has it, and opens nothing', async (t) => {
    const first = npmStart(t, tree, { PORT: '0', STOWAGE_DATA_DIR: data });
    const { port } = new URL(await first.url(startWithin));
    const empty = `${data}-never`;
    const second = npmStart(t, tree, {
      PORT: port,
      STOWAGE_DATA_DIR: empty,
      STOWAGE_SECRET_KEY: 'k'.repeat(32),
    });
    assert.equal(await second.ended, 1);
    assert.match(
      second.output(),
      new RegExp(`Another program listens on 127\\.0\\.0\\.1:${port} already.*PORT=`),
    );
    assert.ok(!existsSync(empty));
    first.signal('SIGTERM');
    assert.equal(await first.ended, 0);
  });

  it('starts nothing with a wrong stowage.yaml, and names line, key and remedy', async (t) => {
    const config = path.join(parent, 'stowage.yaml');
    writeFileSync(
      config,
      'stores:\n  - id: fast\n    driver: filesystem\n    wieght: 100\n    options: { path: /srv/fast }\n',
    );
    const empty = `${data}-wrong`;
    const server = npmStart(t, tree, { PORT: '0', STOWAGE_DATA_DIR: empty, STOWAGE_CONFIG: config });
    assert.equal(await server.ended, 78);
    assert.match(
      server.output(),
      /stowage\.yaml:4:5: stores\[0\]\.wieght\n.*no key "wieght".*\n.*Did you mean weight\?/,
    );
    assert.ok(!existsSync(empty));
  });
});
