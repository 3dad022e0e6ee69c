import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticate } from '#lib/auth/authenticate.ts';
import { tokenMilliseconds, vouchedMilliseconds } from '#lib/auth/lifetimes.ts';
import { hashPassword, verifyPassword } from '#lib/auth/passwords.ts';
import { hashToken } from '#lib/auth/tokens.ts';
import { hasCode } from '#lib/contract/errors.ts';
import { findTokenHolder, findUser } from '#lib/db/repositories/identity.ts';
import { signIn } from '../sessions/sign-in.ts';
import { assignRole, removeRole } from './assign-role.ts';
import { createProject } from './create-project.ts';
import { createToken } from './create-token.ts';
import { createUser } from './create-user.ts';
import { ensureFirstAdministrator } from './ensure-first-administrator.ts';
import { getSubject } from './get-subject.ts';
import { issueToken } from './issue-token.ts';
import { revokeToken } from './revoke-token.ts';
import { setPassword } from './set-password.ts';
import { bearer, password, stageIdentity } from './test-stage.ts';
import { updateUser } from './update-user.ts';

const stage = stageIdentity();
const { makeMember } = stage;
const cookie = (token: string) => new Headers({ cookie: `other=1; stowage_session=${token}` });

test('the first start makes one administrator and tells the made password once', async () => {
  const told = await ensureFirstAdministrator(stage.runtime.db, { adminPassword: null });
  assert.ok(told !== null && told.length >= 20);
  assert.equal(await ensureFirstAdministrator(stage.runtime.db, { adminPassword: null }), null);
  const { holder } = await createToken(stage.system, password('admin', told));
  assert.deepEqual([holder.user.name, holder.project.name, holder.roles], ['admin', 'admin', ['admin']]);
});

test('a given password is used and not told', async () => {
  assert.equal(await ensureFirstAdministrator(stage.runtime.db, { adminPassword: 'given' }), null);
  await createToken(stage.system, password('admin', 'given'));
});

test('two first starts at once make one administrator', async () => {
  const told = await Promise.all([
    ensureFirstAdministrator(stage.runtime.db, { adminPassword: null }),
    ensureFirstAdministrator(stage.runtime.db, { adminPassword: null }),
  ]);
  assert.equal(told.filter((each) => each !== null).length, 1);
});

test('an unknown user and a wrong password are told in the same words', async () => {
  await makeMember('maria');
  const words = async (name: string) =>
    await createToken(stage.system, password(name, 'wrong')).then(
      () => assert.fail('signed in'),
      (error: Error) => error.message,
    );
  assert.equal(await words('maria'), await words('nobody'));
});

test('a token is a bearer with implied roles, and the database holds only its hash', async () => {
  const project = await createProject(stage.system, { name: 'own' });
  const values = { name: 'maria', password: 'pw', defaultProjectId: project.id };
  const { id } = await createUser(stage.system, values);
  await assignRole(stage.system, { userId: id, projectId: project.id, role: 'member' });
  const { token } = await createToken(stage.system, password('maria', 'pw'));
  const actor = await authenticate(stage.runtime, bearer(token));
  assert.deepEqual(actor?.roles, ['member', 'reader']);
  assert.equal(actor?.administrator, false);
  assert.deepEqual(
    await authenticate(stage.runtime, new Headers({ authorization: `Bearer ${token}` })),
    actor,
  );
  const rows = await stage.runtime.db.read.db.select().from(stage.runtime.db.read.tables.tokens);
  assert.ok(!JSON.stringify(rows).includes(token));
});

test('a token ends at its time, and at once when it is revoked though it was just used', async () => {
  await makeMember('maria');
  const { token, holder } = await createToken(stage.system, password('maria', 'pw'));
  assert.ok(await authenticate(stage.runtime, bearer(token)));
  assert.equal(await revokeToken(stage.system, holder.token.hash), true);
  assert.equal(await authenticate(stage.runtime, bearer(token)), null);
  const second = await createToken(stage.system, password('maria', 'pw'));
  stage.time = second.holder.token.expires_at;
  assert.equal(await authenticate(stage.runtime, bearer(second.token)), null);
});

test('a wrong token is not made good by a right cookie', async () => {
  await makeMember('maria');
  const { token } = await signIn(stage.system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  const headers = cookie(token);
  assert.equal((await authenticate(stage.runtime, headers))?.via, 'session');
  headers.set('x-auth-token', 'wrong');
  assert.equal(await authenticate(stage.runtime, headers), null);
});

test('a session is worth nothing as a token, nor a token as a session', async () => {
  await makeMember('maria');
  const { token } = await createToken(stage.system, password('maria', 'pw'));
  const session = await signIn(stage.system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  assert.equal(await authenticate(stage.runtime, cookie(token)), null);
  assert.equal(await authenticate(stage.runtime, bearer(session.token)), null);
});

test('signing in again ends the session that the browser had', async () => {
  await makeMember('maria');
  const request = { name: 'maria', password: 'pw', address: null, client: null };
  const first = await signIn(stage.system, { ...request, previousToken: null });
  const second = await signIn(stage.system, { ...request, previousToken: first.token });
  assert.equal(await authenticate(stage.runtime, cookie(first.token)), null);
  assert.ok(await authenticate(stage.runtime, cookie(second.token)));
});

test('a session that is used goes on, though not without end', async () => {
  // On one connection, so that what comes later waits for what came before.
  stage.runtime.db = await stage.open({ poolSize: 1 });
  await makeMember('maria');
  const { token } = await signIn(stage.system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  const begun = stage.time;
  let last = stage.time;
  for (let hours = 0; hours < 24 * 30; hours += 10) {
    stage.time = begun + hours * 3_600_000;
    if ((await authenticate(stage.runtime, cookie(token))) === null) break;
    last = stage.time;
    // The extension is written beside the request; a transaction after it waits for it.
    await stage.runtime.db.transaction(async () => undefined);
  }
  const days = (last - begun) / 86_400_000;
  assert.ok(days > 13 && days <= 14, `lasted ${days} days`);
});

test('losing the last role in a project ends what stands on it', async () => {
  const { user, project } = await makeMember('maria');
  const { token } = await createToken(stage.system, password('maria', 'pw'));
  assert.ok(await authenticate(stage.runtime, bearer(token)));
  await removeRole(stage.system, { userId: user.id, projectId: project.id, role: 'member' });
  assert.equal(await authenticate(stage.runtime, bearer(token)), null);
  await assert.rejects(createToken(stage.system, password('maria', 'pw')), (error) =>
    hasCode(error, 'unauthenticated'),
  );
});

test('a new password ends every token and session', async () => {
  await makeMember('maria');
  const { token } = await createToken(stage.system, password('maria', 'pw'));
  assert.ok(await authenticate(stage.runtime, bearer(token)));
  await setPassword(stage.system, { userName: 'maria', password: 'new' });
  assert.equal(await authenticate(stage.runtime, bearer(token)), null);
  await createToken(stage.system, password('maria', 'new'));
});

test('a token for another project lives no longer than the one that it is made from', async () => {
  const { user } = await makeMember('maria');
  const other = await createProject(stage.system, { name: 'other' });
  await assignRole(stage.system, { userId: user.id, projectId: other.id, role: 'reader' });
  const first = await createToken(stage.system, password('maria', 'pw'));
  stage.time += 3_600_000;
  const second = await createToken(stage.system, {
    ...password('maria', 'pw'),
    proof: { method: 'token', token: first.token },
    project: { name: 'other' },
  });
  assert.equal(second.holder.project.name, 'other');
  assert.equal(second.holder.token.expires_at, first.holder.token.expires_at);
});

test('nobody but administrators makes users, projects and roles', async () => {
  const { user, project } = await makeMember('maria');
  const { token } = await createToken(stage.system, password('maria', 'pw'));
  const actor = await authenticate(stage.runtime, bearer(token));
  assert.ok(actor);
  const maria = { runtime: stage.runtime, actor };
  const forbidden = (error: unknown) => hasCode(error, 'forbidden');
  await assert.rejects(createProject(maria, { name: 'mine' }), forbidden);
  await assert.rejects(createUser(maria, { name: 'friend', password: 'pw' }), forbidden);
  await assert.rejects(
    assignRole(maria, { userId: user.id, projectId: project.id, role: 'admin' }),
    forbidden,
  );
});

test('a token is shown to its bearer and to administrators, not to others', async () => {
  await ensureFirstAdministrator(stage.runtime.db, { adminPassword: 'given' });
  await makeMember('maria');
  await makeMember('otto');
  const as = async (name: string, text: string) => {
    const { token } = await createToken(stage.system, password(name, text));
    const actor = await authenticate(stage.runtime, bearer(token));
    assert.ok(actor);
    return { token, ctx: { runtime: stage.runtime, actor } };
  };
  const [admin, maria, otto] = [await as('admin', 'given'), await as('maria', 'pw'), await as('otto', 'pw')];
  assert.equal((await getSubject(maria.ctx, maria.token)).user.name, 'maria');
  assert.equal((await getSubject(admin.ctx, maria.token)).user.name, 'maria');
  await assert.rejects(getSubject(otto.ctx, maria.token), (error) => hasCode(error, 'forbidden'));
  await assert.rejects(getSubject(admin.ctx, 'garbage'), (error) => hasCode(error, 'not_found'));
});

test('a token that has ended counts for two more days with a service that vouches for it, and never once revoked', async () => {
  const nova = await makeMember('nova');
  await assignRole(stage.system, { userId: nova.user.id, projectId: nova.project.id, role: 'service' });
  await makeMember('maria');
  await makeMember('otto');
  const sign = async (name: string) => (await createToken(stage.system, password(name, 'pw'))).token;
  const [mine, revoked] = [await sign('maria'), await sign('maria')];
  const session = await signIn(stage.system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  await revokeToken(stage.system, hashToken(revoked));
  const vouched = async (token: string, service: string) =>
    (await authenticate(stage.runtime, new Headers({ 'x-auth-token': token, 'x-service-token': service })))
      ?.userName ?? null;
  const ask = async (name: string, subject: string) => {
    const actor = await authenticate(stage.runtime, bearer(await sign(name)));
    assert.ok(actor);
    return await getSubject({ runtime: stage.runtime, actor }, subject, { allowExpired: true });
  };
  const unknown = (error: unknown) => hasCode(error, 'not_found');

  stage.time += tokenMilliseconds;
  const service = await sign('nova');
  assert.equal(await authenticate(stage.runtime, bearer(mine)), null);
  assert.equal(await vouched(mine, service), 'maria');
  assert.equal(await vouched(mine, await sign('otto')), null, 'no service');
  assert.equal(await vouched(revoked, service), null);
  assert.equal(await vouched(session.token, service), null);
  assert.equal((await ask('nova', mine)).user.name, 'maria');
  await assert.rejects(ask('otto', mine), unknown);
  await assert.rejects(ask('maria', mine), unknown, 'not by asking for oneself');
  await assert.rejects(ask('nova', revoked), unknown);
  await assert.rejects(getSubject(stage.system, mine), unknown, 'only when asked for');

  stage.time += vouchedMilliseconds;
  assert.equal(await vouched(mine, await sign('nova')), null);
  const rows = await stage.runtime.db.read.db.select().from(stage.runtime.db.read.tables.tokens);
  assert.ok(!rows.some(({ hash }) => hash === hashToken(mine)), 'and then nothing of it is kept');
});

test('who was signing in while the password changed gets nothing for the old one', async () => {
  const { user, project } = await makeMember('maria');
  const root = await makeMember('root');
  await assignRole(stage.system, { userId: root.user.id, projectId: root.project.id, role: 'admin' });
  const issue = (proved: typeof user) =>
    issueToken(stage.system, {
      kind: 'session',
      user: proved,
      projectId: project.id,
      methods: ['password'],
      client: null,
    });
  await updateUser(stage.system, user.id, { description: 'still the same password' });
  const before = await issue(user);
  await updateUser(stage.system, user.id, { password: 'another one' });
  const q = stage.runtime.db.read;
  assert.equal(await findTokenHolder(q, before.row.hash, stage.time), null);
  await assert.rejects(issue(user), (error) => hasCode(error, 'unauthenticated'));
  const changed = (await findUser(q, user.id)) ?? assert.fail();
  await updateUser(stage.system, user.id, { enabled: false });
  await assert.rejects(issue(changed), (error) => hasCode(error, 'unauthenticated'));
  assert.equal((await q.db.select().from(q.tables.tokens)).length, 0);
});

test('an address that guesses is refused for a while, and the right password is not locked out elsewhere', async () => {
  await makeMember('maria');
  const guess = (address: string, text: string, name = 'maria') =>
    createToken(stage.system, { ...password(name, text), address });
  const names = Array.from({ length: 21 }, (_, i) => `name-${i}`);
  // The first is nobody's.
  for (const name of names.slice(1)) await stage.makeUser(name);
  const failures = await Promise.allSettled(names.map((name) => guess('192.0.2.1', 'wrong', name)));
  assert.ok(failures.every(({ status }) => status === 'rejected'));
  await assert.rejects(guess('192.0.2.1', 'pw'), (error) => hasCode(error, 'too_many_requests'));
  await guess('192.0.2.2', 'pw');
  stage.time += 61_000;
  await guess('192.0.2.1', 'pw');
});

test('a password hash is a PHC string with its own salt', async () => {
  const [one, other] = [await hashPassword('pässwörd'), await hashPassword('pässwörd')];
  assert.match(one, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, other);
  assert.equal(await verifyPassword('pässwörd'.normalize('NFD'), one), true);
  assert.equal(await verifyPassword('passwort', one), false);
});
