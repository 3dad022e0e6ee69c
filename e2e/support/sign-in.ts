import { adminPassword, type TestServer } from './server.ts';

export interface Credentials {
  readonly name?: string;
  readonly password?: string;
  readonly project?: string;
  /** For the whole system instead of a project. */
  readonly system?: boolean;
}

/** A token for `X-Auth-Token`, as the openstack command gets one. By default the first administrator's. */
export async function signIn(
  server: Pick<TestServer, 'url'>,
  credentials: Credentials = {},
): Promise<string> {
  return issueToken(`${server.url}/identity/v3`, credentials);
}

/** The same from any identity service; `authUrl` ends with `/v3`. */
export async function issueToken(
  authUrl: string,
  { name = 'admin', password = adminPassword, project = 'admin', system = false }: Credentials,
): Promise<string> {
  const domain = { name: 'Default' };
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name, domain, password } } },
        scope: system ? { system: { all: true } } : { project: { name: project, domain } },
      },
    }),
  });
  const token = answer.headers.get('x-subject-token');
  if (answer.status !== 201 || token === null) {
    throw new Error(`signing in as ${name} was answered ${answer.status}: ${await answer.text()}`);
  }
  await answer.body?.cancel();
  return token;
}

/** The `Cookie` header of a console session, as the sign-in page gets one. */
export async function signInToConsole(
  server: Pick<TestServer, 'url'>,
  { name = 'admin', password = adminPassword }: Credentials = {},
): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ name, password }),
  });
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
  if (!answer.ok || cookies.length === 0) {
    throw new Error(`signing in as ${name} was answered ${answer.status}: ${await answer.text()}`);
  }
  await answer.body?.cancel();
  return cookies.join('; ');
}
