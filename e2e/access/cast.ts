/** Who calls, and what they call for: one server, eight callers, and as many images as it takes. */
import { randomUUID } from 'node:crypto';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import type { TestServer } from '#e2e/support/server.ts';
import { signIn, type Credentials } from '#e2e/support/sign-in.ts';

/**
 * `reader` and `member` are of the project that owns everything, `admin` is an administrator of another one. `other`,
 * `pending` and `accepted` are members of projects of their own; a shared image is shared with the last two. `service`
 * has this role alone.
 */
export const roles = [
  'none',
  'reader',
  'member',
  'admin',
  'other',
  'pending',
  'accepted',
  'service',
] as const;
export type Role = (typeof roles)[number];

export const visibilities = ['private', 'shared', 'community', 'public'] as const;
export type Visibility = (typeof visibilities)[number];

export interface Cast {
  as: Record<Role, HttpClient>;
  /** Id of the project of each caller. */
  projects: Record<Role, string>;
  owner: string;
  /** Signed in anew, for a call that ends a token. */
  renew(role: Role): Promise<HttpClient>;
  /** Of the server. */
  origin: string;
}

export async function gatherCast(server: TestServer): Promise<Cast> {
  const json = { accept: 'application/json' };
  const admin = httpClient(server.url, { 'x-auth-token': await signIn(server), ...json });
  const projects: Record<string, string> = {};
  for (const name of ['blue', 'red', 'green', 'gold', 'machines']) {
    const made = await admin.json<{ project: { id: string } }>('POST', '/identity/v3/projects', 201, {
      project: { name },
    });
    projects[name] = made.project.id;
  }
  const person = async (name: string, project: string, role: string): Promise<HttpClient> => {
    const made = await admin.json<{ user: { id: string } }>('POST', '/identity/v3/users', 201, {
      user: { name, password: 'pw' },
    });
    const path = `/identity/v3/projects/${projects[project]}/users/${made.user.id}/roles/${role}`;
    await admin.json('PUT', path, 204);
    return httpClient(server.url, {
      'x-auth-token': await signIn(server, { name, password: 'pw', project }),
      ...json,
    });
  };
  const { project } = await admin.json<{ project: { id: string } }>('GET', '/api/v1/session', 200);
  const people: Partial<Record<Role, Credentials>> = {
    reader: { name: 'rita', password: 'pw', project: 'blue' },
    member: { name: 'maria', password: 'pw', project: 'blue' },
    admin: {},
    other: { name: 'oskar', password: 'pw', project: 'red' },
    pending: { name: 'paula', password: 'pw', project: 'green' },
    accepted: { name: 'anton', password: 'pw', project: 'gold' },
    service: { name: 'nova', password: 'pw', project: 'machines' },
  };
  const [blue = '', red = '', green = '', gold = '', machines = ''] = Object.values(projects);
  return {
    as: {
      none: httpClient(server.url, json),
      reader: await person('rita', 'blue', 'reader'),
      member: await person('maria', 'blue', 'member'),
      admin,
      other: await person('oskar', 'red', 'member'),
      pending: await person('paula', 'green', 'member'),
      accepted: await person('anton', 'gold', 'member'),
      service: await person('nova', 'machines', 'service'),
    },
    projects: {
      none: red,
      reader: blue,
      member: blue,
      admin: project.id,
      other: red,
      pending: green,
      accepted: gold,
      service: machines,
    },
    owner: blue,
    origin: server.url,
    async renew(role) {
      const who = people[role];
      if (who === undefined) return httpClient(server.url, json);
      return httpClient(server.url, { 'x-auth-token': await signIn(server, who), ...json });
    },
  };
}

export type ImageState = 'queued' | 'active';

const file = new TextEncoder().encode('what lies in every image of this test');

/** An image of the owner's; a shared one is shared with those who wait and who have accepted. */
export async function makeImage({ as, owner, projects }: Cast, visibility: Visibility, state: ImageState) {
  const { id } = await as.admin.json<{ id: string }>('POST', '/image/v2/images', 201, {
    name: `image ${randomUUID()}`,
    disk_format: 'raw',
    container_format: 'bare',
    tags: ['kept'],
    owner,
    visibility,
  });
  if (visibility === 'shared') {
    for (const role of ['pending', 'accepted'] as const) {
      const member = projects[role];
      await as.admin.json('POST', `/image/v2/images/${id}/members`, 200, { member });
      if (role === 'pending') continue;
      const path = `/image/v2/images/${id}/members/${member}`;
      await as.accepted.json('PUT', path, 200, { status: 'accepted' });
    }
  }
  if (state === 'active') {
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await as.admin.send('PUT', `/image/v2/images/${id}/file`, { body: file, headers });
    if (answer.status !== 204) throw new Error(`an image could not be filled: ${await answer.text()}`);
  }
  return id;
}

/** Everything of an image that a call that was refused must leave as it was. */
export async function describeImage({ as }: Cast, id: string): Promise<string> {
  const answer = await as.admin.send('GET', `/api/v1/images/${id}`);
  return answer.ok ? await answer.text() : String(answer.status);
}
