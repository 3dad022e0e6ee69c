import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { systemActor, type Actor } from '#lib/auth/actor.ts';
import { openPolicy, type Policy } from '#lib/auth/policy-set.ts';
import { authenticate } from '#lib/auth/authenticate.ts';
import { tokenMilliseconds, vouchedMilliseconds } from '#lib/auth/lifetimes.ts';
import { hashPassword, verifyPassword } from '#lib/auth/passwords.ts';
import { hashToken } from '#lib/auth/tokens.ts';
import { hasCode } from '#lib/contract/errors.ts';
import type { Database } from '#lib/db/database.ts';
import { makeTestDatabase, type TestDatabase } from '#lib/db/test-support.ts';
import { signIn } from '../sessions/sign-in.ts';
import { assignRole, removeRole } from './assign-role.ts';
import { createProject } from './create-project.ts';
import { createToken } from './create-token.ts';
import { createUser } from './create-user.ts';
import { ensureFirstAdministrator } from './ensure-first-administrator.ts';
import { getSubject } from './get-subject.ts';
import { revokeToken } from './revoke-token.ts';
import { setPassword } from './set-password.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'stowage-identity-'));
const log = pino({ level: 'silent' });
const opened: Database[] = [];
let database: TestDatabase;
let time = 0;
let runtime: { db: Database; now: () => number; log: typeof log; policy: Policy };
let system: { runtime: typeof runtime; actor: Actor };

beforeEach(async () => {
  time = Date.UTC(2026, 0, 1);
  database = await makeTestDatabase(directory);
  const db = await open();
  runtime = { db, now: () => time, log, policy: openPolicy() };
  system = { runtime, actor: systemActor };
});

after(async () => {
  for (const db of opened) await db.close();
  rmSync(directory, { recursive: true });
});

async function open(options?: { poolSize: number }): Promise<Database> {
  const db = await database.open({ now: () => time, ...options });
  opened.push(db);
  return db;
}

const bearer = (token: string) => new Headers({ 'x-auth-token': token });
const cookie = (token: string) => new Headers({ cookie: `other=1; stowage_session=${token}` });
const password = (name: string, text: string) => ({
  proof: { method: 'password' as const, user: { name }, password: text },
  project: null,
  address: null,
  client: null,
});

async function makeMember(name: string) {
  const project = await createProject(system, { name: `${name}-project` });
  const user = await createUser(system, { name, password: 'pw', defaultProjectId: project.id });
  await assignRole(system, { userId: user.id, projectId: project.id, role: 'member' });
  return { user, project };
}

test('the first start makes one administrator and tells the made password once', async () => {
  const told = await ensureFirstAdministrator(runtime.db, { adminPassword: null });
  assert.ok(told !== null && told.length >= 20);
  assert.equal(await ensureFirstAdministrator(runtime.db, { adminPassword: null }), null);
  const { holder } = await createToken(system, password('admin', told));
  assert.deepEqual([holder.user.name, holder.project.name, holder.roles], ['admin', 'admin', ['admin']]);
});

test('a given password is used and not told', async () => {
  assert.equal(await ensureFirstAdministrator(runtime.db, { adminPassword: 'given' }), null);
  await createToken(system, password('admin', 'given'));
});

test('two first starts at once make one administrator', async () => {
  const told = await Promise.all([
    ensureFirstAdministrator(runtime.db, { adminPassword: null }),
    ensureFirstAdministrator(runtime.db, { adminPassword: null }),
  ]);
  assert.equal(told.filter((each) => each !== null).length, 1);
});

test('an unknown user and a wrong password are told in the same words', async () => {
  await makeMember('maria');
  const words = async (name: string) =>
    await createToken(system, password(name, 'wrong')).then(
      () => assert.fail('signed in'),
      (error: Error) => error.message,
    );
  assert.equal(await words('maria'), await words('nobody'));
});

test('a token is a bearer with implied roles, and the database holds only its hash', async () => {
  await makeMember('maria');
  const { token } = await createToken(system, password('maria', 'pw'));
  const actor = await authenticate(runtime, bearer(token));
  assert.deepEqual(actor?.roles, ['member', 'reader']);
  assert.equal(actor?.administrator, false);
  assert.deepEqual(await authenticate(runtime, new Headers({ authorization: `Bearer ${token}` })), actor);
  const rows = await runtime.db.read.db.select().from(runtime.db.read.tables.tokens);
  assert.ok(!JSON.stringify(rows).includes(token));
});

test('a token ends at its time, and at once when it is revoked though it was just used', async () => {
  await makeMember('maria');
  const { token, holder } = await createToken(system, password('maria', 'pw'));
  assert.ok(await authenticate(runtime, bearer(token)));
  assert.equal(await revokeToken(system, holder.token.hash), true);
  assert.equal(await authenticate(runtime, bearer(token)), null);
  const second = await createToken(system, password('maria', 'pw'));
  time = second.holder.token.expires_at;
  assert.equal(await authenticate(runtime, bearer(second.token)), null);
});

test('a wrong token is not made good by a right cookie', async () => {
  await makeMember('maria');
  const { token } = await signIn(system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  const headers = cookie(token);
  assert.equal((await authenticate(runtime, headers))?.via, 'session');
  headers.set('x-auth-token', 'wrong');
  assert.equal(await authenticate(runtime, headers), null);
});

test('a session is worth nothing as a token, nor a token as a session', async () => {
  await makeMember('maria');
  const { token } = await createToken(system, password('maria', 'pw'));
  const session = await signIn(system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  assert.equal(await authenticate(runtime, cookie(token)), null);
  assert.equal(await authenticate(runtime, bearer(session.token)), null);
});

test('signing in again ends the session that the browser had', async () => {
  await makeMember('maria');
  const request = { name: 'maria', password: 'pw', address: null, client: null };
  const first = await signIn(system, { ...request, previousToken: null });
  const second = await signIn(system, { ...request, previousToken: first.token });
  assert.equal(await authenticate(runtime, cookie(first.token)), null);
  assert.ok(await authenticate(runtime, cookie(second.token)));
});

test('a session that is used goes on, though not without end', async () => {
  // On one connection, so that what comes later waits for what came before.
  runtime.db = await open({ poolSize: 1 });
  await makeMember('maria');
  const { token } = await signIn(system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  const begun = time;
  let last = time;
  for (let hours = 0; hours < 24 * 30; hours += 10) {
    time = begun + hours * 3_600_000;
    if ((await authenticate(runtime, cookie(token))) === null) break;
    last = time;
    // The extension is written beside the request; a transaction after it waits for it.
    await runtime.db.transaction(async () => undefined);
  }
  const days = (last - begun) / 86_400_000;
  assert.ok(days > 13 && days <= 14, `lasted ${days} days`);
});

test('losing the last role in a project ends what stands on it', async () => {
  const { user, project } = await makeMember('maria');
  const { token } = await createToken(system, password('maria', 'pw'));
  assert.ok(await authenticate(runtime, bearer(token)));
  await removeRole(system, { userId: user.id, projectId: project.id, role: 'member' });
  assert.equal(await authenticate(runtime, bearer(token)), null);
  await assert.rejects(createToken(system, password('maria', 'pw')), (error) =>
    hasCode(error, 'unauthenticated'),
  );
});

test('a new password ends every token and session', async () => {
  await makeMember('maria');
  const { token } = await createToken(system, password('maria', 'pw'));
  assert.ok(await authenticate(runtime, bearer(token)));
  await setPassword(system, { userName: 'maria', password: 'new' });
  assert.equal(await authenticate(runtime, bearer(token)), null);
  await createToken(system, password('maria', 'new'));
});

test('a token for another project lives no longer than the one that it is made from', async () => {
  const { user } = await makeMember('maria');
  const other = await createProject(system, { name: 'other' });
  await assignRole(system, { userId: user.id, projectId: other.id, role: 'reader' });
  const first = await createToken(system, password('maria', 'pw'));
  time += 3_600_000;
  const second = await createToken(system, {
    ...password('maria', 'pw'),
    proof: { method: 'token', token: first.token },
    project: { name: 'other' },
  });
  assert.equal(second.holder.project.name, 'other');
  assert.equal(second.holder.token.expires_at, first.holder.token.expires_at);
});

test('nobody but administrators makes users, projects and roles', async () => {
  const { user, project } = await makeMember('maria');
  const { token } = await createToken(system, password('maria', 'pw'));
  const actor = await authenticate(runtime, bearer(token));
  assert.ok(actor);
  const maria = { runtime, actor };
  const forbidden = (error: unknown) => hasCode(error, 'forbidden');
  await assert.rejects(createProject(maria, { name: 'mine' }), forbidden);
  await assert.rejects(createUser(maria, { name: 'friend', password: 'pw' }), forbidden);
  await assert.rejects(
    assignRole(maria, { userId: user.id, projectId: project.id, role: 'admin' }),
    forbidden,
  );
});

test('a token is shown to its bearer and to administrators, not to others', async () => {
  await ensureFirstAdministrator(runtime.db, { adminPassword: 'given' });
  await makeMember('maria');
  await makeMember('otto');
  const as = async (name: string, text: string) => {
    const { token } = await createToken(system, password(name, text));
    const actor = await authenticate(runtime, bearer(token));
    assert.ok(actor);
    return { token, ctx: { runtime, actor } };
  };
  const [admin, maria, otto] = [await as('admin', 'given'), await as('maria', 'pw'), await as('otto', 'pw')];
  assert.equal((await getSubject(maria.ctx, maria.token)).user.name, 'maria');
  assert.equal((await getSubject(admin.ctx, maria.token)).user.name, 'maria');
  await assert.rejects(getSubject(otto.ctx, maria.token), (error) => hasCode(error, 'forbidden'));
  await assert.rejects(getSubject(admin.ctx, 'garbage'), (error) => hasCode(error, 'not_found'));
});

test('a token that has ended counts for two more days with a service that vouches for it, and never once revoked', async () => {
  const nova = await makeMember('nova');
  await assignRole(system, { userId: nova.user.id, projectId: nova.project.id, role: 'service' });
  await makeMember('maria');
  await makeMember('otto');
  const sign = async (name: string) => (await createToken(system, password(name, 'pw'))).token;
  const [mine, revoked] = [await sign('maria'), await sign('maria')];
  const session = await signIn(system, {
    name: 'maria',
    password: 'pw',
    address: null,
    client: null,
    previousToken: null,
  });
  await revokeToken(system, hashToken(revoked));
  const vouched = async (token: string, service: string) =>
    (await authenticate(runtime, new Headers({ 'x-auth-token': token, 'x-service-token': service })))
      ?.userName ?? null;
  const ask = async (name: string, subject: string) => {
    const actor = await authenticate(runtime, bearer(await sign(name)));
    assert.ok(actor);
    return await getSubject({ runtime, actor }, subject, { allowExpired: true });
  };
  const unknown = (error: unknown) => hasCode(error, 'not_found');

  time += tokenMilliseconds;
  const service = await sign('nova');
  assert.equal(await authenticate(runtime, bearer(mine)), null);
  assert.equal(await vouched(mine, service), 'maria');
  assert.equal(await vouched(mine, await sign('otto')), null, 'no service');
  assert.equal(await vouched(revoked, service), null);
  assert.equal(await vouched(session.token, service), null);
  assert.equal((await ask('nova', mine)).user.name, 'maria');
  await assert.rejects(ask('otto', mine), unknown);
  await assert.rejects(ask('maria', mine), unknown, 'not by asking for oneself');
  await assert.rejects(ask('nova', revoked), unknown);
  await assert.rejects(getSubject(system, mine), unknown, 'only when asked for');

  time += vouchedMilliseconds;
  assert.equal(await vouched(mine, await sign('nova')), null);
  const rows = await runtime.db.read.db.select().from(runtime.db.read.tables.tokens);
  assert.ok(!rows.some(({ hash }) => hash === hashToken(mine)), 'and then nothing of it is kept');
});

test('an address that guesses is refused for a while, and the right password is not locked out elsewhere', async () => {
  await makeMember('maria');
  const guess = (address: string, text: string, name = 'maria') =>
    createToken(system, { ...password(name, text), address });
  const failures = await Promise.allSettled(
    Array.from({ length: 21 }, (_, i) => guess('192.0.2.1', 'wrong', `name-${i}`)),
  );
  assert.ok(failures.every(({ status }) => status === 'rejected'));
  await assert.rejects(guess('192.0.2.1', 'pw'), (error) => hasCode(error, 'too_many_requests'));
  await guess('192.0.2.2', 'pw');
  time += 61_000;
  await guess('192.0.2.1', 'pw');
});

test('a password hash is a PHC string with its own salt', async () => {
  const [one, other] = [await hashPassword('pässwörd'), await hashPassword('pässwörd')];
  assert.match(one, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, other);
  assert.equal(await verifyPassword('pässwörd'.normalize('NFD'), one), true);
  assert.equal(await verifyPassword('passwort', one), false);
});
