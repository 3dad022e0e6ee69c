import type { Answer, Caller, Chapter, Conversation } from '../transcript.ts';

const images = '/v2/images';
const nothing = '00000000-0000-4000-8000-000000000000';
export const formats = { disk_format: 'raw', container_format: 'bare' };

/** A new image; its id. */
export async function createImage(
  { send }: Pick<Conversation, 'send'>,
  caller: Caller,
  json: object = {},
): Promise<string> {
  return (await send(caller, 'POST', images, { json: { ...formats, ...json } })).field('id');
}

/** PATCH in the newer dialect; `minor` 0 for the older one. */
export function patchImage(
  { send }: Pick<Conversation, 'send'>,
  caller: Caller,
  id: string,
  json: unknown,
  minor = 1,
): Promise<Answer> {
  const headers = { 'content-type': `application/openstack-images-v2.${minor}-json-patch` };
  return send(caller, 'PATCH', `${images}/${id}`, { json, headers });
}

async function discovery({ send }: Conversation): Promise<void> {
  for (const path of ['', '/', '/versions', '/v2', '/v2/', '/v3', '/v2/nothing']) {
    await send('nobody', 'GET', path);
  }
  for (const name of ['image', 'images', 'member', 'members', 'task', 'tasks', 'nonsense']) {
    await send('alpha', 'GET', `/v2/schemas/${name}`);
  }
  for (const path of ['import', 'stores', 'stores/detail', 'usage', 'nonsense']) {
    await send('alpha', 'GET', `/v2/info/${path}`);
  }
  await send('admin', 'GET', '/v2/info/stores/detail');
  await send('nobody', 'GET', '/v2/info/stores');
  await send('nobody', 'GET', images);
  await send('admin', 'GET', '/v2/cache');
  await send('admin', 'DELETE', '/v2/cache');
  await send('alpha', 'PUT', `/v2/cache/${nothing}`);
}

async function creation({ send, project }: Conversation): Promise<void> {
  const create = (caller: Caller, json: unknown) => send(caller, 'POST', images, { json });
  const least = await create('alpha', {});
  await create('alpha', { id: least.field('id') });
  await create('alpha', { id: 'no uuid' });
  await create('alpha-reader', { name: 'x' });
  await create('nobody', { name: 'x' });
  await send('alpha', 'POST', images);
  await send('alpha', 'POST', images, { bytes: '{', headers: { 'content-type': 'application/json' } });
  for (const json of [
    { name: 'x'.repeat(256) },
    { name: 5 },
    { visibility: 'secret' },
    { visibility: 'public' },
    { disk_format: 'floppy' },
    { container_format: 'box' },
    { min_disk: -1 },
    { min_ram: 'much' },
    { protected: 'yes' },
    { tags: ['a', 'a', 'b'] },
    { tags: ['x'.repeat(256)] },
    { tags: 'a' },
    { number: 3 },
    { nothing: null },
    { owner: project('beta') },
    { owner: project('alpha'), name: 'own' },
    { status: 'active' },
    { size: 5 },
    { checksum: 'x' },
    { stores: 'fast' },
    { self: 'x' },
    { file: 'x' },
    { schema: 'x' },
    { direct_url: 'x' },
    { created_at: 'x' },
    { deleted: 'x' },
    { os_hash_value: 'x' },
    { os_glance_import_task: 'x' },
    { os_glance_failed_import: '' },
    { locations: [] },
    { visibility: 'community', name: 'for all' },
    { os_hidden: true, min_disk: 1, min_ram: 2, ...formats, os_distro: 'debian', ['ä ö']: 'ü' },
  ]) {
    await create('alpha', json);
  }
  await create('admin', { visibility: 'public', owner: project('beta'), name: 'given' });
}

async function showing({ send }: Conversation): Promise<void> {
  const id = await createImage({ send }, 'alpha', { name: 'mine', visibility: 'private', color: 'red' });
  for (const caller of ['alpha', 'alpha-reader', 'beta', 'admin', 'nobody'] as const) {
    await send(caller, 'GET', `${images}/${id}`);
  }
  await send('alpha', 'GET', `${images}/${nothing}`);
  await send('alpha', 'GET', `${images}/no-uuid`);
  await send('alpha', 'HEAD', `${images}/${id}`);
  await send('alpha', 'PUT', `${images}/${id}`, { json: {} });
  await send('alpha', 'PUT', images, { json: {} });
  await send('beta', 'DELETE', `${images}/${id}`);
  await send('alpha-reader', 'DELETE', `${images}/${id}`);
  await send('alpha', 'DELETE', `${images}/${id}`);
  await send('alpha', 'DELETE', `${images}/${id}`);
  await send('alpha', 'POST', images, { json: { id } });
}

async function patching({ send, project }: Conversation): Promise<void> {
  const id = await createImage({ send }, 'alpha', { name: 'patched', color: 'red', tags: ['a'] });
  const patch = (json: unknown, caller: Caller = 'alpha', minor = 1) =>
    patchImage({ send }, caller, id, json, minor);
  for (const json of [
    [{ op: 'replace', path: '/name', value: 'new' }],
    [
      { op: 'add', path: '/size_of_it', value: 'big' },
      { op: 'remove', path: '/color' },
    ],
    [{ op: 'replace', path: '/missing', value: 'x' }],
    [{ op: 'remove', path: '/missing' }],
    [{ op: 'remove', path: '/name' }],
    [{ op: 'add', path: '/size_of_it', value: 'bigger' }],
    [{ op: 'replace', path: '/tags', value: ['x', 'y', 'x'] }],
    [{ op: 'add', path: '/tags/-', value: 'z' }],
    [{ op: 'replace', path: '/min_disk', value: 7 }],
    [{ op: 'replace', path: '/min_ram', value: 'x' }],
    [{ op: 'replace', path: '/protected', value: true }],
    [{ op: 'replace', path: '/protected', value: false }],
    [{ op: 'replace', path: '/os_hidden', value: true }],
    [{ op: 'replace', path: '/disk_format', value: 'qcow2' }],
    [{ op: 'replace', path: '/disk_format', value: 'floppy' }],
    [{ op: 'replace', path: '/visibility', value: 'public' }],
    [{ op: 'replace', path: '/visibility', value: 'community' }],
    [{ op: 'replace', path: '/visibility', value: 'shared' }],
    [{ op: 'replace', path: '/owner', value: project('beta') }],
    [{ op: 'replace', path: '/status', value: 'active' }],
    [{ op: 'replace', path: '/id', value: nothing }],
    [{ op: 'add', path: '/size', value: 1 }],
    [{ op: 'add', path: '/os_glance_failed_import', value: '' }],
    [{ op: 'add', path: '/number', value: 3 }],
    [{ op: 'add', path: '/a~1b~0c', value: 'slash' }],
    [{ op: 'add', path: 'nameless', value: 'x' }],
    [{ op: 'add', path: '/a/b', value: 'x' }],
    [{ op: 'move', path: '/name', from: '/x' }],
    [{ op: 'test', path: '/name', value: 'new' }],
    [{ op: 'add', path: '/x' }],
    [{ path: '/x', value: 'y' }],
    [{ op: 'add', value: 'y' }],
    ['x'],
    { op: 'add', path: '/x', value: 'y' },
    [],
  ]) {
    await patch(json);
  }
  for (const json of [
    [{ replace: '/name', value: 'older' }],
    [{ add: '/fresh', value: 'x' }],
    [{ add: '/fresh', value: 'y' }],
    [{ remove: '/fresh' }],
    [{ remove: '/fresh' }],
    [{ add: '/a', remove: '/b', value: 'x' }],
  ]) {
    await patch(json, 'alpha', 0);
  }
  await send('alpha', 'PATCH', `${images}/${id}`, { json: [] });
  await patch([{ op: 'replace', path: '/name', value: 'x' }], 'beta');
  await patch([{ op: 'replace', path: '/name', value: 'x' }], 'alpha-reader');
  await patch([{ op: 'replace', path: '/visibility', value: 'public' }], 'admin');
  await patch([{ op: 'replace', path: '/name', value: 'x' }], 'beta');
  await patchImage({ send }, 'alpha', nothing, [{ op: 'replace', path: '/name', value: 'x' }]);
  await patch([{ op: 'replace', path: '/protected', value: true }]);
  await send('alpha', 'DELETE', `${images}/${id}`);
  await patch([{ op: 'replace', path: '/protected', value: false }]);
  await send('alpha', 'DELETE', `${images}/${id}`);
}

async function tagging({ send }: Conversation): Promise<void> {
  const id = await createImage({ send }, 'alpha', { name: 'tagged' });
  const tags = `${images}/${id}/tags`;
  for (const [caller, method, tag] of [
    ['alpha', 'PUT', 'one'],
    ['alpha', 'PUT', 'one'],
    ['alpha', 'PUT', 'two%20words'],
    ['alpha', 'PUT', 'x'.repeat(256)],
    ['alpha-reader', 'PUT', 'three'],
    ['beta', 'PUT', 'three'],
    ['alpha', 'DELETE', 'one'],
    ['alpha', 'DELETE', 'one'],
    ['beta', 'DELETE', 'two%20words'],
    ['alpha', 'GET', 'two%20words'],
  ] as const) {
    await send(caller, method, `${tags}/${tag}`);
  }
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'PUT', `${images}/${nothing}/tags/x`);
}

export const imageRecords: Chapter = async (conversation) => {
  await discovery(conversation);
  await creation(conversation);
  await showing(conversation);
  await patching(conversation);
  await tagging(conversation);
};
