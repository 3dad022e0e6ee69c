/** Stowage with its users in a real Keystone: who is let in, with what, and for how long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKeystone, type TestKeystone } from '#e2e/servers/keystone.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { selfSigned, terminateTls } from '#e2e/support/tls.ts';
import { keystoneConfig } from './stowage.ts';
import { idOf, tryUnifiedLimits } from './unified-limits.ts';

const cached = 1_100;
/** What Keystone says of a project goes before it. */
const limits = 'limits: { image_size_total_gib: 1 }\n';

test('in Keystone mode', async (t) => {
  const keystone = await startKeystone(t);
  if (keystone === null) return;
  // Keystone itself speaks plain HTTP, and Stowage reaches it over TLS with a certificate that only ca_file vouches for.
  const certificate = selfSigned(temporaryDirectory(t), 'keystone');
  const secured = await terminateTls(keystone.url, certificate);
  t.after(() => secured.close());
  const section = `    ca_file: ${certificate.file}\n    www_authenticate_uri: ${keystone.url}\n`;
  const server = await startServer(t, {
    config: keystoneConfig({ url: `${secured.url}/v3` }, limits, section),
  });
  const as = (token: string, headers = {}) => httpClient(server.url, { 'x-auth-token': token, ...headers });
  const tokenOf = (name: string, project?: string) =>
    keystone.signIn({
      name,
      password: seedPassword,
      ...(project === undefined ? { system: true } : { project }),
    });
  const record = { name: 'disk', disk_format: 'raw', container_format: 'bare' };
  const create = async (client: HttpClient) => {
    const answer = await client.send('POST', '/image/v2/images', {
      body: JSON.stringify(record),
      headers: { 'content-type': 'application/json' },
    });
    await answer.body?.cancel();
    return answer.status;
  };
  const status = async (client: HttpClient, method: string, path: string) => {
    const answer = await client.send(method, path);
    await answer.body?.cancel();
    return answer.status;
  };
  const list = (client: HttpClient) => status(client, 'GET', '/image/v2/images');
  const member = await tokenOf('alpha-member', 'alpha');
  const image = await as(member).json<{ id: string; owner: string }>('POST', '/image/v2/images', 201, record);

  await t.test('who has no token or a wrong one is told where to get one', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { 'x-auth-token': 'garbage' },
      { authorization: 'Bearer garbage' },
    ];
    for (const headers of wrong) {
      const answer = await fetch(`${server.url}/image/v2/images`, { headers });
      assert.equal(answer.status, 401);
      assert.equal(
        answer.headers.get('www-authenticate'),
        `Keystone uri="${keystone.url.replace('/v3', '')}"`,
      );
      await answer.body?.cancel();
    }
    const here = await fetch(`${server.url}/identity/v3/auth/tokens`, { method: 'POST', body: '{}' });
    assert.equal(here.status, 404);
    assert.match(await here.text(), new RegExp(keystone.url));
  });

  await t.test('roles and projects are those of Keystone', async () => {
    const admin = await keystone.asAdministrator();
    const { projects } = await admin.json<{ projects: { id: string }[] }>('GET', '/projects?name=alpha', 200);
    assert.equal(image.owner, projects[0]?.id);
    const reader = as(await tokenOf('alpha-reader', 'alpha'));
    assert.equal(await status(reader, 'GET', `/image/v2/images/${image.id}`), 200);
    assert.equal(await create(reader), 403);
    const other = as(await tokenOf('beta-member', 'beta'));
    assert.equal(await status(other, 'GET', `/image/v2/images/${image.id}`), 404);
    const operator = as(await keystone.signIn());
    assert.equal(await status(operator, 'GET', `/image/v2/images/${image.id}`), 200);
    const bearer = httpClient(server.url, { authorization: `Bearer ${member}` });
    const session = await bearer.json<{ projects: { name: string; domain: string }[] }>(
      'GET',
      '/api/v1/session',
      200,
    );
    assert.deepEqual(
      session.projects.map(({ name, domain }) => `${domain}/${name}`),
      ['Default/alpha'],
    );
  });

  await t.test('a token for the system sees everything, and owns nothing', async () => {
    const operator = as(await tokenOf('sys-admin'));
    assert.equal(await status(operator, 'GET', `/image/v2/images/${image.id}`), 200);
    assert.equal(await create(operator), 403);
    const reader = as(await tokenOf('sys-reader'));
    assert.equal(await status(reader, 'DELETE', `/image/v2/images/${image.id}`), 404);
    assert.equal(await create(reader), 403);
  });

  await t.test('a token without a scope opens nothing', async () => {
    const token = await unscopedToken(keystone, 'alpha-member');
    assert.equal(await create(as(token)), 403);
    assert.equal(await status(as(token), 'GET', `/image/v2/images/${image.id}`), 404);
  });

  await t.test('a revoked token is refused once its last answer is old', async () => {
    const token = await tokenOf('alpha-member', 'alpha');
    assert.equal(await list(as(token)), 200);
    await revoke(keystone, token);
    await sleep(cached);
    assert.equal(await list(as(token)), 401);
  });

  await t.test('a role that is taken away is gone from the next answer on', async () => {
    const admin = await keystone.asAdministrator();
    const user = await idOf(admin, 'user', 'beta-member');
    const project = await idOf(admin, 'project', 'alpha');
    const role = await idOf(admin, 'role', 'member');
    await admin.json('PUT', `/projects/${project}/users/${user}/roles/${role}`, 204);
    const token = await tokenOf('beta-member', 'alpha');
    assert.equal(await list(as(token)), 200);
    await admin.json('DELETE', `/projects/${project}/users/${user}/roles/${role}`, 204);
    await sleep(cached);
    assert.equal(await list(as(token)), 401);
  });

  await t.test('an application credential has the roles it was given, and no more', async () => {
    const { token } = await credentialToken(keystone, member, {
      name: 'reading',
      roles: [{ name: 'reader' }],
    });
    assert.equal(await list(as(token)), 200);
    assert.equal(await create(as(token)), 403);
  });

  await t.test('access rules of an application credential are enforced', async () => {
    const { token } = await credentialToken(keystone, member, {
      name: 'listing',
      access_rules: [
        { service: 'image', method: 'GET', path: '/v2/images' },
        { service: 'image', method: 'GET', path: '/v2/images/*/members' },
        { service: 'compute', method: 'POST', path: '/v2/images' },
      ],
    });
    assert.equal(await list(as(token)), 200);
    assert.equal(await status(as(token), 'GET', `/image/v2/images/${image.id}/members`), 200);
    assert.equal(await status(as(token), 'GET', `/image/v2/images/${image.id}`), 401);
    assert.equal(await status(as(token), 'DELETE', `/image/v2/images/${image.id}`), 401);
    assert.equal(await status(as(token), 'GET', '/api/v1/images'), 401);
    assert.equal(await create(as(token)), 401);
    // A service that acts for the bearer is not held by them; anybody else's token does not lift them.
    const service = await tokenOf('swift', 'service');
    const path = `/image/v2/images/${image.id}`;
    assert.equal(await status(as(token, { 'x-service-token': service }), 'GET', path), 200);
    assert.equal(await status(as(token, { 'x-service-token': member }), 'GET', path), 401);
    assert.equal(await status(as(token, { 'x-service-token': 'garbage' }), 'GET', '/image/v2/images'), 401);
  });

  await t.test('goes on when the token of Stowage itself is refused', async () => {
    const admin = await keystone.asAdministrator();
    const user = await idOf(admin, 'user', 'stowage');
    await admin.json('PATCH', `/users/${user}`, 200, { user: { password: seedPassword } });
    await sleep(cached);
    assert.equal(await list(as(member)), 200);
  });

  await t.test(
    'the console signs in, switches projects and signs out; the browser never has the token',
    async () => {
      const admin = await keystone.asAdministrator();
      const [user, project, role] = await Promise.all([
        idOf(admin, 'user', 'alpha-reader'),
        idOf(admin, 'project', 'beta'),
        idOf(admin, 'role', 'member'),
      ]);
      await admin.json('PUT', `/projects/${project}/users/${user}/roles/${role}`, 204);
      const signIn = (body: object) =>
        fetch(`${server.url}/api/v1/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const given = { name: 'alpha-reader', password: seedPassword, domain: 'Default' };
      for (const wrong of [{ password: 'wrong' }, { domain: 'elsewhere' }, { project: 'service' }]) {
        const refused = await signIn({ ...given, ...wrong });
        assert.equal(refused.status, 401);
        await refused.body?.cancel();
      }
      const answer = await signIn(given);
      const view = (await answer.json()) as SessionShown;
      assert.equal(answer.status, 200);
      assert.equal(view.project.name, 'alpha');
      assert.equal(view.identity.auth_url, keystone.url);
      assert.deepEqual(view.projects.map(({ name }) => name).sort(), ['alpha', 'beta']);
      const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      assert.match(cookie, /^stowage_session=[A-Za-z0-9_-]{43}$/);
      const browser = httpClient(server.url, { cookie, 'sec-fetch-site': 'same-origin' });
      assert.equal(await status(browser, 'GET', `/api/v1/images/${image.id}`), 200);
      const switched = await browser.json<SessionShown>('PATCH', '/api/v1/session', 200, {
        project_id: project,
      });
      assert.equal(switched.project.name, 'beta');
      assert.equal(await status(browser, 'GET', `/api/v1/images/${image.id}`), 404);
      await browser.json('PATCH', '/api/v1/session', 403, {
        project_id: await idOf(admin, 'project', 'service'),
      });
      assert.equal((await browser.json<SessionShown>('GET', '/api/v1/session', 200)).project.name, 'beta');
      assert.equal(await status(browser, 'DELETE', '/api/v1/session'), 204);
      assert.equal(await status(browser, 'GET', '/api/v1/session'), 401);
      const system = await signIn({ name: 'sys-admin', password: seedPassword });
      assert.equal(((await system.json()) as SessionShown).identity.system_scope, true);
      const operator = await signIn({ name: 'admin', password: 'admin-pw' });
      const operatorCookie = operator.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      await operator.body?.cancel();
      // Names of projects are known for people who see images of several.
      const shown = await httpClient(server.url, { cookie: operatorCookie }).json<{ owner_name: string }>(
        'GET',
        `/api/v1/images/${image.id}`,
        200,
      );
      assert.equal(shown.owner_name, 'alpha');
    },
  );

  await t.test('unified limits are enforced and shown', () => tryUnifiedLimits(keystone, server));

  await t.test(
    'without Keystone the answer is "later" and not "who are you", and then it goes on',
    async () => {
      const before = await tokenOf('alpha-member', 'alpha');
      await keystone.stop();
      await sleep(cached);
      const answer = await as(member).send('GET', '/image/v2/images');
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
      assert.equal(answer.headers.get('www-authenticate'), null);
      await answer.body?.cancel();
      assert.equal(await list(as(before)), 503);
      keystone.setTokenSeconds(6);
      await keystone.start();
      assert.equal(await list(as(before)), 200);
    },
  );

  await t.test('a token that has ended counts only with a service that vouches for it', async () => {
    const service = await tokenOf('swift', 'service');
    const token = await tokenOf('alpha-member', 'alpha');
    assert.equal(await list(as(token)), 200);
    await sleep(6_100);
    assert.equal(await list(as(token)), 401);
    assert.equal(await list(as(token, { 'x-service-token': service })), 401, 'its own has ended, too');
    const fresh = await tokenOf('swift', 'service');
    assert.equal(await list(as(token, { 'x-service-token': fresh })), 200);
    const noService = await tokenOf('beta-member', 'beta');
    assert.equal(await list(as(token, { 'x-service-token': noService })), 401);
  });

  await t.test('no token and no password stands in the log or the answers', () => {
    for (const secret of [member, seedPassword.padEnd(8, '"')]) assert.ok(!server.output().includes(secret));
  });
});

interface SessionShown {
  project: { id: string; name: string };
  projects: { id: string; name: string }[];
  identity: { auth_url: string; system_scope: boolean };
}

async function revoke({ url }: TestKeystone, token: string): Promise<void> {
  const answer = await fetch(`${url}/auth/tokens`, {
    method: 'DELETE',
    headers: { 'x-auth-token': token, 'x-subject-token': token },
  });
  assert.equal(answer.status, 204);
}

async function authenticate({ url }: TestKeystone, auth: object): Promise<string> {
  const answer = await fetch(`${url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  const token = answer.headers.get('x-subject-token');
  assert.ok(token, await answer.text());
  return token;
}

function unscopedToken(keystone: TestKeystone, name: string): Promise<string> {
  const user = { name, domain: { name: 'Default' }, password: seedPassword };
  return authenticate(keystone, {
    identity: { methods: ['password'], password: { user } },
    scope: 'unscoped',
  });
}

/** Made by the bearer of `token`, and a token from it. */
async function credentialToken(
  keystone: TestKeystone,
  token: string,
  values: object,
): Promise<{ id: string; secret: string; token: string }> {
  const client = httpClient(keystone.url, { 'x-auth-token': token });
  const me = await client.send('GET', '/auth/tokens', { headers: { 'x-subject-token': token } });
  const { token: content } = (await me.json()) as { token: { user: { id: string } } };
  const { application_credential: made } = await client.json<{
    application_credential: { id: string; secret: string };
  }>('POST', `/users/${content.user.id}/application_credentials`, 201, { application_credential: values });
  const { id, secret } = made;
  const issued = await authenticate(keystone, {
    identity: { methods: ['application_credential'], application_credential: { id, secret } },
  });
  return { id, secret, token: issued };
}
