import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { seal } from '#lib/auth/sealed.ts';
import { isStowageError } from '#lib/contract/errors.ts';
import { listTables, walk } from '#lib/db/carry-over/tables.ts';
import { findSealedSession, insertToken } from '#lib/db/repositories/identity.ts';
import { makeTestDatabase } from '#lib/db/test-support.ts';
import { confirmSecretKey } from './confirm-secret-key.ts';
import { replaceSecretKey } from './replace-secret-key.ts';

const first = { secretKey: 'the key of the first process, long enough' };
const other = { secretKey: 'the key of another one, just as long as it' };
const now = () => 1_000;

async function openTwo(t: TestContext) {
  const directory = await mkdtemp(path.join(tmpdir(), 'stowage-key-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const database = await makeTestDatabase(directory);
  const opened = [await database.open(), await database.open()] as const;
  t.after(async () => {
    for (const db of opened) await db.close();
    await database.drop();
  });
  return opened;
}

function isRefusal(error: unknown): boolean {
  assert.ok(isStowageError(error));
  assert.equal(error.code, 'conflict');
  assert.match(error.message, /another secret key/);
  assert.match(error.remedy ?? '', /STOWAGE_SECRET_KEY.*replace-secret-key/);
  for (const { secretKey } of [first, other])
    assert.ok(!`${error.message}${error.remedy}`.includes(secretKey));
  return true;
}

test('of processes that start together only those with one and the same key go on, and no key is kept', async (t) => {
  const [one, two] = await openTwo(t);
  const outcomes = await Promise.allSettled([
    confirmSecretKey(one, first, now),
    confirmSecretKey(two, other, now),
  ]);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 1);
  isRefusal(refused[0]?.reason);
  const [winner, loser] = outcomes[0]?.status === 'fulfilled' ? [first, other] : [other, first];
  await confirmSecretKey(two, winner, now);
  await assert.rejects(confirmSecretKey(one, loser, now), isRefusal);

  for (const table of listTables()) {
    for await (const rows of walk(one.read, table)) {
      for (const { secretKey } of [first, other]) assert.ok(!JSON.stringify(rows).includes(secretKey));
    }
  }
});

test('a key that is replaced on purpose is the only one from then on, and what the old one sealed has ended', async (t) => {
  const [one, two] = await openTwo(t);
  await confirmSecretKey(one, first, now);
  const session = {
    kind: 'session' as const,
    user_id: 'somebody',
    project_id: null,
    application_credential_id: null,
    audit_id: 'audit',
    methods: ['password'],
    created_at: 0,
    expires_at: 2_000,
    client: null,
    name: null,
    parent_hash: null,
    roles: null,
  };
  await one.transaction(async (q) => {
    await insertToken(q, { ...session, hash: 'a', sealed_token: seal(first.secretKey, 'token', 'a') });
    await insertToken(q, { ...session, hash: 'b', sealed_token: null });
  });
  assert.equal(await replaceSecretKey(two, other, now), 1);
  assert.equal(await findSealedSession(one.read, 'a', now()), null);
  await confirmSecretKey(one, other, now);
  await assert.rejects(confirmSecretKey(two, first, now), isRefusal);
  assert.equal(await replaceSecretKey(two, other, now), 0);
});
