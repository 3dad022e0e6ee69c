import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { systemActor, type Actor } from '#lib/auth/actor.ts';
import { authenticate } from '#lib/auth/authenticate.ts';
import { openPolicy, type Policy } from '#lib/auth/policy-set.ts';
import { hasCode, type ErrorCode } from '#lib/contract/errors.ts';
import type { Database } from '#lib/db/database.ts';
import { makeTestDatabase } from '#lib/db/test-support.ts';
import { createApiToken, deleteApiToken, listApiTokens } from './api-tokens.ts';
import { assignRole, removeRole } from './assign-role.ts';
import { createApplicationCredential } from './create-application-credential.ts';
import { createProject } from './create-project.ts';
import { createToken } from './create-token.ts';
import { createUser } from './create-user.ts';
import { revokeToken } from './revoke-token.ts';
import { updateUser } from './update-user.ts';

const day = 24 * 3_600_000;
const directory = mkdtempSync(path.join(tmpdir(), 'stowage-api-tokens-'));
const log = pino({ level: 'silent' });
const opened: Database[] = [];
let time = 0;
let runtime: { db: Database; now: () => number; log: typeof log; policy: Policy; keystone: null };
let mia: { ctx: { runtime: typeof runtime; actor: Actor }; projectId: string; userId: string };

beforeEach(async () => {
  time = Date.UTC(2026, 0, 1);
  const db = await (await makeTestDatabase(directory)).open({ now: () => time });
  opened.push(db);
  runtime = { db, now: () => time, log, policy: openPolicy(), keystone: null };
  mia = await signedIn('mia');
});

after(async () => {
  for (const db of opened) await db.close();
  rmSync(directory, { recursive: true });
});

async function signedIn(name: string): Promise<typeof mia> {
  const system = { runtime, actor: systemActor };
  const user = await createUser(system, { name, password: 'a good one' });
  const project = await createProject(system, { name: `of ${name}` });
  await assignRole(system, { userId: user.id, projectId: project.id, role: 'member' });
  const { token } = await createToken(system, {
    proof: { method: 'password', user: { name }, password: 'a good one' },
    project: null,
    address: null,
    client: null,
  });
  return { ctx: { runtime, actor: await actorOf(token) }, projectId: project.id, userId: user.id };
}

async function actorOf(token: string): Promise<Actor> {
  const actor = await authenticate(runtime, new Headers({ authorization: `Bearer ${token}` }));
  assert.ok(actor !== null, 'nobody bears this token');
  return actor;
}

async function isRefused(token: string): Promise<boolean> {
  return (await authenticate(runtime, new Headers({ authorization: `Bearer ${token}` }))) === null;
}

const is = (code: ErrorCode) => (error: unknown) => hasCode(error, code);
const exchange = (token: string, project: { id: string } | null = null) =>
  createToken({ runtime }, { proof: { method: 'token', token }, project, address: null, client: null });

test('a token made for a pipeline is its owner in that project until it ends', async () => {
  const made = await createApiToken(mia.ctx, { name: 'pipeline', days: 90 });
  const { userId, projectId, roles } = await actorOf(made.token);
  assert.deepEqual(
    { userId, projectId, roles: [...roles] },
    {
      userId: mia.userId,
      projectId: mia.projectId,
      roles: ['member', 'reader'],
    },
  );
  const { token: _, ...told } = made;
  assert.deepEqual(await listApiTokens(mia.ctx), [told]);
  time += 90 * day - 1;
  assert.equal(await isRefused(made.token), false);
  time += 1;
  assert.equal(await isRefused(made.token), true);
});

test('one for reading has no other role, and neither has what it is exchanged for', async () => {
  const { token } = await createApiToken(mia.ctx, { name: 'mirror', days: 1, read_only: true });
  assert.deepEqual([...(await actorOf(token)).roles], ['reader']);
  const { token: exchanged } = await exchange(token);
  assert.deepEqual([...(await actorOf(exchanged)).roles], ['reader']);
});

test('ending one ends what it was exchanged for, also when it is revoked as Keystone does it', async () => {
  const one = await createApiToken(mia.ctx, { name: 'one', days: 1 });
  const two = await createApiToken(mia.ctx, { name: 'two', days: 1 });
  const { token: ofOne } = await exchange((await exchange(one.token)).token);
  const { token: ofTwo } = await exchange(two.token);
  await deleteApiToken(mia.ctx, one.id);
  assert.deepEqual(await Promise.all([one.token, ofOne, two.token, ofTwo].map(isRefused)), [
    true,
    true,
    false,
    false,
  ]);
  await revokeToken(mia.ctx, (await actorOf(two.token)).tokenHash ?? '');
  assert.deepEqual(await Promise.all([two.token, ofTwo].map(isRefused)), [true, true]);
  assert.deepEqual(await listApiTokens(mia.ctx), []);
});

test('it follows its owner: with a role fewer it may less, with another password it ends', async () => {
  const system = { runtime, actor: systemActor };
  const { token } = await createApiToken(mia.ctx, { name: 'pipeline', days: 1 });
  await assignRole(system, { userId: mia.userId, projectId: mia.projectId, role: 'reader' });
  await removeRole(system, { userId: mia.userId, projectId: mia.projectId, role: 'member' });
  assert.deepEqual([...(await actorOf(token)).roles], ['reader']);
  await updateUser(system, mia.userId, { password: 'another one' });
  assert.equal(await isRefused(token), true);
});

test('it makes nothing that outlives it and gets nowhere else', async () => {
  const made = await createApiToken(mia.ctx, { name: 'pipeline', days: 1 });
  const { token: exchanged } = await exchange(made.token);
  for (const token of [made.token, exchanged]) {
    const ctx = { runtime, actor: await actorOf(token) };
    await assert.rejects(createApiToken(ctx, { name: 'more', days: 1 }), is('forbidden'));
    await assert.rejects(deleteApiToken(ctx, made.id), is('forbidden'));
    await assert.rejects(createApplicationCredential(ctx, mia.userId, { name: 'more' }), is('forbidden'));
  }
  const system = { runtime, actor: systemActor };
  const other = await createProject(system, { name: 'other' });
  await assignRole(system, { userId: mia.userId, projectId: other.id, role: 'member' });
  await assert.rejects(exchange(made.token, { id: other.id }), is('unauthenticated'));
  const eve = await signedIn('eve');
  assert.deepEqual(await listApiTokens(eve.ctx), []);
  await assert.rejects(deleteApiToken(eve.ctx, made.id), is('not_found'));
});
