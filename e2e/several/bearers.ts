import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { signIn, signInToConsole } from '#e2e/support/sign-in.ts';
import type { Process } from './process.ts';

/** Somebody who may ask, until it is taken away from them. */
export interface Bearer {
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Takes it away, at the replica where it was made. */
  revoke(): Promise<unknown>;
}

/** One of each kind, all of them made at `web`. */
export async function makeBearers(web: Process): Promise<Bearer[]> {
  const admin = httpClient(web.url, { 'x-auth-token': await signIn(web) });
  const token = await signIn(web);
  const cookie = await signInToConsole(web);
  const { id, token: apiToken } = await admin.json<{ id: string; token: string }>(
    'POST',
    '/api/v1/tokens',
    201,
    { name: 'pipeline', days: 1 },
  );
  return [
    {
      what: 'a token',
      headers: { 'x-auth-token': token },
      revoke: () =>
        admin.send('DELETE', '/identity/v3/auth/tokens', { headers: { 'x-subject-token': token } }),
    },
    {
      what: 'a session of the console',
      headers: { cookie },
      revoke: () => httpClient(web.url, { cookie, origin: web.url }).send('DELETE', '/api/v1/session'),
    },
    {
      what: 'an API token',
      headers: { 'x-auth-token': apiToken },
      revoke: () => admin.json('DELETE', `/api/v1/tokens/${id}`, 204),
    },
    await makeCredential(web, admin),
  ];
}

/** What was made with an application credential ends with it. */
async function makeCredential(web: Process, admin: HttpClient): Promise<Bearer> {
  const own = await admin.send('GET', '/identity/v3/auth/tokens', {
    headers: { 'x-subject-token': await signIn(web) },
  });
  const { token } = (await own.json()) as { token: { user: { id: string } } };
  const path = `/identity/v3/users/${token.user.id}/application_credentials`;
  const made = await admin.json<{ application_credential: { id: string; secret: string } }>(
    'POST',
    path,
    201,
    { application_credential: { name: 'backup' } },
  );
  const { id, secret } = made.application_credential;
  const answer = await httpClient(web.url).send('POST', '/identity/v3/auth/tokens', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } },
    }),
  });
  await answer.body?.cancel();
  return {
    what: 'a token of an application credential',
    headers: { 'x-auth-token': answer.headers.get('x-subject-token') ?? '' },
    revoke: () => admin.json('DELETE', `${path}/${id}`, 204),
  };
}
