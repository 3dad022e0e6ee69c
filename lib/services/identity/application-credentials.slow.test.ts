import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate } from '#lib/auth/authenticate.ts';
import { hasCode, type ErrorCode } from '#lib/contract/errors.ts';
import { findApplicationCredential } from '#lib/db/repositories/application-credentials.ts';
import { listProjects, listUsers } from '#lib/db/repositories/identity.ts';
import { deleteApplicationCredential, listApplicationCredentials } from './application-credentials.ts';
import { assignRole, removeRole } from './assign-role.ts';
import { changePassword } from './change-password.ts';
import {
  createApplicationCredential,
  type NewApplicationCredential,
} from './create-application-credential.ts';
import { createProject } from './create-project.ts';
import { createToken } from './create-token.ts';
import { deleteProject } from './delete-project.ts';
import { deleteUser } from './delete-user.ts';
import { ensureFirstAdministrator } from './ensure-first-administrator.ts';
import { updateProject } from './update-project.ts';
import { updateUser } from './update-user.ts';
import { bearer, password, stageIdentity } from './test-stage.ts';

const stage = stageIdentity();
const { makeMember } = stage;

async function signedIn(token: string) {
  const actor = await authenticate(stage.runtime, bearer(token));
  assert.ok(actor);
  return { runtime: stage.runtime, actor };
}

const withCredential = (id: string, secret: string) => ({
  proof: { method: 'application_credential' as const, credential: { id }, secret },
  project: null,
  address: null,
  client: null,
});

test('an application credential signs in to its project with its roles, and ends with everything it stands on', async () => {
  const { user, project } = await makeMember('maria');
  await assignRole(stage.system, { userId: user.id, projectId: project.id, role: 'service' });
  const maria = await signedIn((await createToken(stage.system, password('maria', 'pw'))).token);
  const make = (name: string, more = {}) =>
    createApplicationCredential(maria, user.id, { name, roles: ['reader'], ...more });
  const { credential, secret } = await make('reading', { expiresAt: stage.time + 3_600_000 });
  const stored = await findApplicationCredential(stage.runtime.db.read, credential.id);
  assert.match(stored?.secret_hash ?? '', /^\$scrypt\$/);
  const first = await createToken(stage.system, withCredential(credential.id, secret));
  assert.equal(first.holder.project.id, project.id);
  assert.equal(first.holder.token.expires_at, credential.expires_at);
  const reading = await signedIn(first.token);
  assert.deepEqual(reading.actor.roles, ['reader']);
  await assert.rejects(createToken(stage.system, withCredential(credential.id, 'wrong')), (error) =>
    hasCode(error, 'unauthenticated'),
  );
  // It makes no others, and goes nowhere else.
  await assert.rejects(createApplicationCredential(reading, user.id, { name: 'more' }), (error) =>
    hasCode(error, 'forbidden'),
  );
  const other = await createProject(stage.system, { name: 'other' });
  await assignRole(stage.system, { userId: user.id, projectId: other.id, role: 'reader' });
  await assert.rejects(
    createToken(stage.system, { ...withCredential(credential.id, secret), project: { id: other.id } }),
    (error) => hasCode(error, 'unauthenticated'),
  );
  const exchanged = await createToken(stage.system, {
    ...withCredential(credential.id, secret),
    proof: { method: 'token', token: first.token },
  });
  assert.deepEqual((await signedIn(exchanged.token)).actor.roles, ['reader']);

  await deleteApplicationCredential(maria, user.id, credential.id);
  for (const token of [first.token, exchanged.token]) {
    assert.equal(await authenticate(stage.runtime, bearer(token)), null);
  }
  const second = await make('unrestricted', { unrestricted: true, roles: undefined });
  const { token } = await createToken(stage.system, withCredential(second.credential.id, second.secret));
  await createApplicationCredential(await signedIn(token), user.id, { name: 'made by it' });
  await removeRole(stage.system, { userId: user.id, projectId: project.id, role: 'member' });
  assert.deepEqual((await signedIn(token)).actor.roles, ['service'], 'a role that the user lost is lost');
  const short = await make('short', { roles: ['service'], expiresAt: stage.time + 1000 });
  stage.time += 1000;
  await assert.rejects(
    createToken(stage.system, withCredential(short.credential.id, short.secret)),
    (error) => hasCode(error, 'unauthenticated'),
  );
});

test('nobody makes application credentials for others, for roles they lack, or of a name twice', async () => {
  const { user } = await makeMember('maria');
  const { user: otto } = await makeMember('otto');
  const maria = await signedIn((await createToken(stage.system, password('maria', 'pw'))).token);
  const refused = (userId: string, values: NewApplicationCredential, code: ErrorCode) =>
    assert.rejects(createApplicationCredential(maria, userId, values), (error) => hasCode(error, code));
  await refused(otto.id, { name: 'a' }, 'forbidden');
  await refused(user.id, { name: 'a', roles: ['admin'] }, 'bad_request');
  await refused(user.id, { name: 'a', expiresAt: stage.time }, 'bad_request');
  await refused(user.id, { name: 'a', accessRules: [{ id: 'unknown' }] }, 'not_found');
  const rule = { service: 'image', method: 'GET', path: '/v2/images' };
  const { credential } = await createApplicationCredential(maria, user.id, {
    name: 'a',
    accessRules: [rule],
  });
  await refused(user.id, { name: 'a' }, 'conflict');
  const again = await createApplicationCredential(maria, user.id, { name: 'b', accessRules: [rule] });
  assert.deepEqual(again.credential.access_rules, credential.access_rules);
  const asOtto = await signedIn((await createToken(stage.system, password('otto', 'pw'))).token);
  await assert.rejects(listApplicationCredentials(asOtto, user.id, { name: null }), (error) =>
    hasCode(error, 'not_found'),
  );
});

test('a user who is disabled or deleted, a project too, ends what was signed in', async () => {
  await ensureFirstAdministrator(stage.runtime.db, { adminPassword: 'given' });
  const { user, project } = await makeMember('maria');
  const tokenNow = async () => (await createToken(stage.system, password('maria', 'pw'))).token;
  const ends = async (token: string) => assert.equal(await authenticate(stage.runtime, bearer(token)), null);
  let token = await tokenNow();
  await signedIn(token);
  await updateUser(stage.system, user.id, { enabled: false });
  await ends(token);
  await updateUser(stage.system, user.id, { enabled: true });
  await ends(token);
  token = await tokenNow();
  await updateProject(stage.system, project.id, { enabled: false });
  await ends(token);
  await assert.rejects(tokenNow(), (error) => hasCode(error, 'unauthenticated'));
  await updateProject(stage.system, project.id, { enabled: true });
  token = await tokenNow();
  const { credential, secret } = await createApplicationCredential(await signedIn(token), user.id, {
    name: 'a',
  });
  await changePassword(stage.system, { userId: user.id, original: 'pw', password: 'new', address: null });
  await ends(token);
  await assert.rejects(tokenNow(), (error) => hasCode(error, 'unauthenticated'));
  const { token: made } = await createToken(stage.system, withCredential(credential.id, secret));
  await deleteProject(stage.system, project.id);
  await ends(made);
  await deleteUser(stage.system, user.id);
  await assert.rejects(createToken(stage.system, withCredential(credential.id, secret)), (error) =>
    hasCode(error, 'unauthenticated'),
  );
});

test('the last administrator cannot be taken away', async () => {
  await ensureFirstAdministrator(stage.runtime.db, { adminPassword: 'given' });
  const [admin] = await listUsers(stage.runtime.db.read);
  const [project] = await listProjects(stage.runtime.db.read);
  assert.ok(admin && project);
  const conflict = (error: unknown) => hasCode(error, 'conflict');
  await assert.rejects(deleteUser(stage.system, admin.id), conflict);
  await assert.rejects(updateUser(stage.system, admin.id, { enabled: false }), conflict);
  await assert.rejects(updateProject(stage.system, project.id, { enabled: false }), conflict);
  await assert.rejects(deleteProject(stage.system, project.id), conflict);
  const role = { userId: admin.id, projectId: project.id, role: 'admin' as const };
  await assert.rejects(removeRole(stage.system, role), conflict);
  await createToken(stage.system, password('admin', 'given'));
});
