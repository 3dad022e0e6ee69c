import { randomUUID } from 'node:crypto';
import { signIn } from '#e2e/support/sign-in.ts';
import { waitFor } from '#e2e/support/wait.ts';
import { makeImage, type Cast } from './cast.ts';
import type { Fixtures } from './other-calls.ts';

export interface LentFixtures {
  /** For one call; `giveBack` when that changed nothing, so that the next one takes the same. */
  lend(): { fixtures: Fixtures; giveBack(): void };
}

/** Most calls are refused or only read: what they were about need not be made anew, which takes most of the time. */
export async function makeFixtures(cast: Cast): Promise<LentFixtures> {
  const made = await makeEach(cast);
  const untouched = new Map<string, string[]>();
  return {
    lend() {
      const borrowed: [string, string][] = [];
      const borrow = async (kind: string, make: () => Promise<string>): Promise<string> => {
        const id = untouched.get(kind)?.pop() ?? (await make());
        borrowed.push([kind, id]);
        return id;
      };
      return {
        fixtures: {
          ...made,
          upload: () => borrow('upload', made.upload),
          namespace: (visibility) => borrow(`namespace ${visibility}`, () => made.namespace(visibility)),
          token: () => borrow('token', made.token),
          user: () => borrow('user', made.user),
          project: () => borrow('project', made.project),
          credential: () => borrow('credential', made.credential),
        },
        giveBack() {
          for (const [kind, id] of borrowed) untouched.set(kind, [...(untouched.get(kind) ?? []), id]);
        },
      };
    },
  };
}

async function makeEach(cast: Cast): Promise<Fixtures> {
  const { admin, member } = cast.as;
  const { users } = await admin.json<{ users: { id: string; name: string }[] }>(
    'GET',
    '/identity/v3/users',
    200,
  );
  const reader = users.find(({ name }) => name === 'rita')?.id ?? '';
  return {
    async upload() {
      const answer = await member.send('POST', '/api/uploads', {
        headers: {
          'tus-resumable': '1.0.0',
          'upload-length': '10',
          'upload-metadata': `name ${btoa('half')}`,
        },
      });
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`no upload was begun: ${await answer.text()}`);
      await answer.body?.cancel();
      return location.slice(location.lastIndexOf('/') + 1);
    },
    async namespace(visibility) {
      const namespace = `space-${randomUUID()}`;
      const url = '/image/v2/metadefs/namespaces';
      await admin.json('POST', url, 201, { namespace, visibility, owner: cast.owner });
      const thing = { name: 'thing', title: 'thing', type: 'string' };
      await admin.json('POST', `${url}/${namespace}/objects`, 201, { name: 'thing' });
      await admin.json('POST', `${url}/${namespace}/properties`, 201, thing);
      await admin.json('POST', `${url}/${namespace}/tags`, 201, { tags: [{ name: 'thing' }] });
      await admin.json('POST', `${url}/${namespace}/resource_types`, 201, { name: 'thing' });
      return namespace;
    },
    token: () => signIn({ url: cast.origin }, { name: 'rita', password: 'pw', project: 'blue' }),
    async user() {
      const made = await admin.json<{ user: { id: string } }>('POST', '/identity/v3/users', 201, {
        user: { name: `user-${randomUUID()}`, password: 'pw' },
      });
      const { id } = made.user;
      await admin.json('PUT', `/identity/v3/projects/${cast.owner}/users/${id}/roles/reader`, 204);
      return id;
    },
    async project() {
      const project = { name: `project-${randomUUID()}` };
      const answer = await admin.json<{ project: { id: string } }>('POST', '/identity/v3/projects', 201, {
        project,
      });
      return answer.project.id;
    },
    async credential() {
      const answer = await cast.as.reader.json<{ application_credential: { id: string } }>(
        'POST',
        `/identity/v3/users/${reader}/application_credentials`,
        201,
        { application_credential: { name: `credential-${randomUUID()}` } },
      );
      return answer.application_credential.id;
    },
    transfer: await makeTransfer(cast),
    reader,
  };
}

async function makeTransfer(cast: Cast): Promise<string> {
  const { admin } = cast.as;
  const id = await makeImage(cast, 'private', 'active');
  const started = await admin.json<{ transfers: { id: string }[] }>(
    'POST',
    `/api/v1/images/${id}/copies`,
    202,
    {
      stores: ['archive'],
    },
  );
  const transfer = started.transfers[0]?.id ?? '';
  const ask = () => admin.json<{ state: string }>('GET', `/api/v1/transfers/${transfer}`, 200);
  await waitFor('the copy is done', async () => (await ask()).state === 'done', 20_000);
  return transfer;
}
