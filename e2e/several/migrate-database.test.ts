import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import pg from 'pg';
import { requireDebian } from '#e2e/support/debian.ts';
import { httpClient } from '#e2e/support/http.ts';
import { root, serverEnvironment, startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { createTusUpload, offsetOf, patch, randomFile, sha512, waitForImage } from '#e2e/uploads/tus.ts';
import { waitFor } from '#e2e/support/wait.ts';
import { openSqlite } from '#lib/db/sqlite.ts';
import { makePostgres, migrationsOf } from '#lib/db/test-support.ts';
import { insertRandomRows } from './random-rows.ts';

const requirement = await requireDebian(['postgresql']);
const skip = requirement.ok ? false : requirement.reason;
const MB = 1_000_000;

interface Ended {
  code: number | null;
  /** Of both streams. */
  output: string;
}

/** `npm run migrate-database -- …args`, and the way to end it early. */
function run(args: readonly string[], env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    [path.join(root, 'lib/cli/bootstrap.mjs'), 'migrate-database', ...args],
    { cwd: root, env: { ...serverEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output })));
  // The whole group: the command itself is a child of the entrance.
  return { ended, kill: () => process.kill(-(child.pid ?? 0), 'SIGKILL') };
}

const configOf = (directory: string, shared: boolean) => `default_store: fast
stores:
  - { id: fast, driver: filesystem, weight: 2, options: { path: ${directory}/fast, shared: ${shared} } }
  - { id: archive, driver: filesystem, weight: 1, options: { path: ${directory}/archive, shared: ${shared} } }
`;

describe('npm run migrate-database', { skip }, () => {
  test('takes a Stowage with its images from SQLite to PostgreSQL, where it goes on', async (t) => {
    const stores = temporaryDirectory(t);
    const server = await startServer(t, { config: configOf(stores, false) });
    const token = await signIn(server);
    const client = httpClient(server.url, { 'x-auth-token': token });
    const file = randomFile(3 * MB);
    const whole = await createTusUpload(client, file.byteLength, { name: 'whole', stores: 'fast,archive' });
    assert.equal((await patch(client, whole, 0, file)).status, 204);
    const begun = await createTusUpload(client, file.byteLength, { name: 'begun', sha512: sha512(file) });
    assert.equal((await patch(client, begun, 0, file.subarray(0, MB))).status, 204);

    const target = await makePostgres({ isEmpty: true });
    t.after(() => target.drop());
    const secret = 'the-password-of-the-database';
    const url = Object.assign(new URL(target.url), { password: secret }).href;
    const urlFile = path.join(server.directory, 'database-url');
    writeFileSync(urlFile, `${url}\n`);
    const sqlite = path.join(server.directory, 'data/stowage.db');
    const migrate = () => run(['--from', `sqlite:${sqlite}`], { STOWAGE_DATABASE_URL_FILE: urlFile }).ended;

    const early = await migrate();
    assert.equal(early.code, 1, early.output);
    assert.match(early.output, /A Stowage has .*stowage\.db open\.\nStop it first/);
    await server.stop();
    for (let time = 1; time <= 2; time += 1) {
      const { code, output } = await migrate();
      assert.equal(code, 0, output);
      assert.match(output, /^images +2 +2 +[0-9a-f]{16} +same$/m);
      assert.match(output, /^All \d+ rows of \d+ tables are the same on both sides\./m);
      assert.ok(!output.includes(secret));
    }

    const shared = { config: configOf(stores, true), env: { STOWAGE_DATABASE_URL_FILE: urlFile } };
    // It would make a secret key of its own.
    await assert.rejects(startServer(t, shared), /another secret key/);
    const keyFile = path.join(server.directory, 'data/secret.key');
    const env = { ...shared.env, STOWAGE_SECRET_KEY_FILE: keyFile };
    const next = await startServer(t, { ...shared, env });
    // The token of before is still one.
    const again = httpClient(next.url, { 'x-auth-token': token });
    const { images } = await again.json<{ images: { id: string }[] }>('GET', '/image/v2/images', 200);
    assert.deepEqual(images.map(({ id }) => id).sort(), [whole.imageId, begun.imageId].sort());
    const answer = await again.send('GET', `/image/v2/images/${whole.imageId}/file`);
    assert.equal(sha512(new Uint8Array(await answer.arrayBuffer())), sha512(file));
    assert.equal(await offsetOf(again, begun), MB);
    assert.equal((await patch(again, begun, MB, file.subarray(MB))).status, 204);
    assert.equal((await waitForImage(again, begun.imageId)).sha512, sha512(file));

    const late = await migrate();
    assert.equal(late.code, 1, late.output);
    assert.match(late.output, /A Stowage, or another migration, is connected to the target/);
    await next.stop();
    const foreign = await migrate();
    assert.equal(foreign.code, 1, foreign.output);
    assert.match(
      foreign.output,
      /The target holds what the source does not have; nothing was changed\.\n {2}\w+: \d+ row/,
    );
  });

  test('goes on where it was after it was killed', async (t) => {
    const directory = mkdtempSync(path.join(temporaryDirectory(t), 'data-'));
    const file = path.join(directory, 'stowage.db');
    const db = openSqlite({ file, migrationsDirectory: migrationsOf('sqlite') });
    await db.transaction((q) => insertRandomRows(q, 4_000));
    await db.close();
    const target = await makePostgres({ isEmpty: true });
    const client = new pg.Client({ connectionString: target.url });
    await client.connect();
    t.after(async () => {
      await client.end();
      await target.drop();
    });
    const count = async (table: string) => {
      const { rows } = await client.query<{ known: string | null }>('select to_regclass($1) as known', [
        table,
      ]);
      if (rows[0]?.known == null) return 0;
      return Number((await client.query(`select count(*) from ${table}`)).rows[0]?.count);
    };
    const args = ['--from', `sqlite:${file}`, '--to', target.url];
    // In the first table, and somewhere in the middle.
    for (const table of ['images', 'transfers']) {
      const { kill, ended } = run(args, {});
      await waitFor(`something of ${table} is there`, async () => (await count(table)) > 0, 60_000);
      kill();
      assert.notEqual((await ended).code, 0);
    }
    assert.ok((await count('events')) < 4_000, 'it was done before it was killed');
    const { code, output } = await run(args, {}).ended;
    assert.equal(code, 0, output);
    assert.match(output, /^events +4000 +4000 +[0-9a-f]{16} +same$/m);
  });

  test('says what is wrong with its arguments, and never what they hold', async () => {
    const secret = 'hunter2#';
    for (const [args, expected] of [
      [['--to', `postgres://stowage:${secret}@/x`], /migrate-database: --to/],
      [['--from', 'stowage.db', '--to', 'postgres://stowage@db/x'], /Expected sqlite:<path of a file>/],
      [[`--password=${secret}`], /^Usage: /m],
      [[], /STOWAGE_DATABASE_URL/],
    ] as const) {
      const { code, output } = await run(args, { STOWAGE_DATA_DIR: '/nowhere' }).ended;
      assert.ok(code === 64 || code === 78, output);
      assert.match(output, expected);
      assert.ok(!output.includes(secret), output);
    }
  });
});
