import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Actor } from '#lib/auth/actor.ts';
import { authenticate } from '#lib/auth/authenticate.ts';
import { hasCode, type ErrorCode } from '#lib/contract/errors.ts';
import { createApiToken, deleteApiToken, listApiTokens } from './api-tokens.ts';
import { assignRole, removeRole } from './assign-role.ts';
import { createApplicationCredential } from './create-application-credential.ts';
import { createProject } from './create-project.ts';
import { createToken } from './create-token.ts';
import { revokeToken } from './revoke-token.ts';
import { bearer, password, stageIdentity, type IdentityRuntime } from './test-stage.ts';
import { updateUser } from './update-user.ts';

const day = 24 * 3_600_000;
const stage = stageIdentity();
let mia: { ctx: { runtime: IdentityRuntime; actor: Actor }; projectId: string; userId: string };

beforeEach(async () => {
  mia = await signedIn('mia');
});

async function signedIn(name: string): Promise<typeof mia> {
  const { user, project } = await stage.makeMember(name);
  const { token } = await createToken(stage.system, password(name, 'pw'));
  const ctx = { runtime: stage.runtime, actor: await actorOf(token) };
  return { ctx, projectId: project.id, userId: user.id };
}

async function actorOf(token: string): Promise<Actor> {
  const actor = await authenticate(stage.runtime, bearer(token));
  assert.ok(actor !== null, 'nobody bears this token');
  return actor;
}

async function isRefused(token: string): Promise<boolean> {
  return (await authenticate(stage.runtime, bearer(token))) === null;
}

const is = (code: ErrorCode) => (error: unknown) => hasCode(error, code);
const exchange = (token: string, project: { id: string } | null = null) =>
  createToken(stage.system, { proof: { method: 'token', token }, project, address: null, client: null });

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
  stage.time += 90 * day - 1;
  assert.equal(await isRefused(made.token), false);
  stage.time += 1;
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
  const { token } = await createApiToken(mia.ctx, { name: 'pipeline', days: 1 });
  await assignRole(stage.system, { userId: mia.userId, projectId: mia.projectId, role: 'reader' });
  await removeRole(stage.system, { userId: mia.userId, projectId: mia.projectId, role: 'member' });
  assert.deepEqual([...(await actorOf(token)).roles], ['reader']);
  await updateUser(stage.system, mia.userId, { password: 'another one' });
  assert.equal(await isRefused(token), true);
});

test('it makes nothing that outlives it and gets nowhere else', async () => {
  const made = await createApiToken(mia.ctx, { name: 'pipeline', days: 1 });
  const { token: exchanged } = await exchange(made.token);
  for (const token of [made.token, exchanged]) {
    const ctx = { runtime: stage.runtime, actor: await actorOf(token) };
    await assert.rejects(createApiToken(ctx, { name: 'more', days: 1 }), is('forbidden'));
    await assert.rejects(deleteApiToken(ctx, made.id), is('forbidden'));
    await assert.rejects(createApplicationCredential(ctx, mia.userId, { name: 'more' }), is('forbidden'));
  }
  const other = await createProject(stage.system, { name: 'other' });
  await assignRole(stage.system, { userId: mia.userId, projectId: other.id, role: 'member' });
  await assert.rejects(exchange(made.token, { id: other.id }), is('unauthenticated'));
  const eve = await signedIn('eve');
  assert.deepEqual(await listApiTokens(eve.ctx), []);
  await assert.rejects(deleteApiToken(eve.ctx, made.id), is('not_found'));
});
