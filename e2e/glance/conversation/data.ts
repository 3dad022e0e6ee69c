import type { Answer, Chapter, Conversation } from '../transcript.ts';
import { createImage, patchImage } from './images.ts';

const images = '/v2/images';
const nothing = '00000000-0000-4000-8000-000000000000';
const bytes = 'some bytes of an image, forty-two of them.';

async function uploading({ send }: Conversation): Promise<void> {
  const id = await createImage({ send }, 'alpha', { name: 'bytes' });
  const file = `${images}/${id}/file`;
  await send('alpha', 'GET', file);
  await send('alpha', 'PUT', file, { json: {} });
  await send('alpha', 'PUT', file, { bytes, headers: { 'x-image-meta-store': 'nowhere' } });
  await send('alpha-reader', 'PUT', file, { bytes });
  await send('beta', 'PUT', file, { bytes });
  await send('nobody', 'PUT', file, { bytes });
  await send('alpha', 'PUT', `${images}/${nothing}/file`, { bytes });
  await send('alpha', 'PUT', file, { bytes, headers: { 'x-image-meta-store': 'cheap' } });
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'PUT', file, { bytes });
  await send('alpha', 'GET', file);
  for (const range of ['bytes=0-3', 'bytes=40-', 'bytes=-2', 'bytes=42-', 'bytes=0-1,4-5', 'bytes=5-2']) {
    await send('alpha', 'GET', file, { headers: { range } });
  }
  await send('alpha', 'HEAD', file);
  await send('alpha', 'POST', file, { json: {} });
  await send('alpha', 'GET', `${file}?prefer=fast,cheap`);
  await send('beta', 'GET', file);
  await send('alpha-reader', 'GET', file);
  await patchImage({ send }, 'alpha', id, [{ op: 'replace', path: '/disk_format', value: 'qcow2' }]);
  await patchImage({ send }, 'alpha', id, [{ op: 'replace', path: '/name', value: 'renamed' }]);

  for (const [caller, action] of [
    ['beta', 'deactivate'],
    ['alpha-reader', 'deactivate'],
    ['alpha', 'reactivate'],
    ['alpha', 'deactivate'],
    ['alpha', 'deactivate'],
  ] as const) {
    await send(caller, 'POST', `${images}/${id}/actions/${action}`);
  }
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'GET', file);
  await send('admin', 'GET', file);
  await send('alpha', 'POST', `${images}/${id}/actions/reactivate`);
  await send('alpha', 'POST', `${images}/${id}/actions/nonsense`);
  await send('alpha', 'GET', `${images}/${id}/actions/reactivate`);

  await send('alpha', 'DELETE', `/v2/stores/cheap/${id}`);
  await send('admin', 'DELETE', `/v2/stores/cheap/${id}`);
  await send('admin', 'DELETE', `/v2/stores/fast/${id}`);
  await send('admin', 'DELETE', `/v2/stores/nowhere/${id}`);
  await send('admin', 'DELETE', `/v2/stores/fast/${nothing}`);
  await send('alpha', 'GET', `${images}/${id}/locations`);
  await send('alpha', 'DELETE', `${images}/${id}`);
  await send('alpha', 'GET', file);
}

async function uploadingOddly({ send }: Conversation): Promise<void> {
  const bare = (await send('alpha', 'POST', images, { json: {} })).field('id');
  await send('alpha', 'PUT', `${images}/${bare}/file`, { bytes });
  await send('alpha', 'POST', `${images}/${bare}/actions/deactivate`);
  await send('alpha', 'DELETE', `${images}/${bare}`);
  const empty = await createImage({ send }, 'alpha', { name: 'empty' });
  await send('alpha', 'PUT', `${images}/${empty}/file`, { bytes: '' });
  await send('alpha', 'GET', `${images}/${empty}`);
  await send('alpha', 'DELETE', `${images}/${empty}`);
  const sized = await createImage({ send }, 'alpha', { name: 'sized' });
  await send('alpha', 'PUT', `${images}/${sized}/file`, {
    bytes,
    headers: { 'x-openstack-image-size': '7' },
  });
  await send('alpha', 'DELETE', `${images}/${sized}`);
}

async function importing({ send, until }: Conversation): Promise<void> {
  const id = await createImage({ send }, 'alpha', { name: 'staged' });
  const start = (json: unknown, caller: 'alpha' | 'admin' | 'beta' | 'alpha-reader' = 'alpha', of = id) =>
    send(caller, 'POST', `${images}/${of}/import`, { json });
  const direct = { method: { name: 'glance-direct' } };
  for (const json of [
    direct,
    {},
    { method: {} },
    { method: { name: 'nonsense' } },
    { method: { name: 'web-download' } },
    { method: { name: 'copy-image' }, stores: ['cheap'] },
    { ...direct, stores: 'fast' },
    { ...direct, all_stores: 'yes' },
    { ...direct, all_stores: true, stores: ['fast'] },
  ]) {
    await start(json);
  }
  await start(direct, 'alpha', nothing);
  const stage = `${images}/${id}/stage`;
  await send('alpha', 'PUT', stage, { json: {} });
  await send('beta', 'PUT', stage, { bytes });
  await send('alpha-reader', 'PUT', stage, { bytes });
  await send('alpha', 'PUT', stage, { bytes });
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'PUT', stage, { bytes });
  await send('alpha', 'GET', stage);
  await start({ ...direct, stores: ['nowhere'] });
  await start(direct, 'beta');
  await start(direct, 'alpha-reader');
  await start({ ...direct, stores: ['fast'], all_stores: false, all_stores_must_succeed: false });
  await until('alpha', `${images}/${id}/tasks`, (answer) => answer.field('tasks', 0, 'status') === 'success');
  // Glance lets go of its lock after that, and shows it until then.
  const isFree = (answer: Answer) => answer.field('os_glance_import_task') === '';
  await until('alpha', `${images}/${id}`, isFree);
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'GET', `${images}/${id}/file`);
  await send('alpha', 'GET', `${images}/${id}/tasks`);
  await send('beta', 'GET', `${images}/${id}/tasks`);
  await start(direct);

  const copy = (stores: readonly string[]) => ({ method: { name: 'copy-image' }, stores });
  await start(copy(['cheap']));
  await start(copy(['nowhere']), 'admin');
  await start(copy(['fast']), 'admin');
  await start(copy(['cheap']), 'admin');
  await until('alpha', `${images}/${id}`, (answer) => {
    const stores = answer.field('stores').split(',');
    const isDone = stores.includes('cheap') && answer.field('os_glance_importing_to_stores') === '';
    return isDone && isFree(answer);
  });
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'DELETE', `/v2/stores/cheap/${id}`);
  await send('admin', 'DELETE', `/v2/stores/fast/${id}`);
  await send('alpha', 'GET', `${images}/${id}`);
  await send('alpha', 'GET', `${images}/${id}/file`);
  await send('alpha', 'DELETE', `${images}/${id}`);
}

async function tasks({ send }: Conversation): Promise<void> {
  await send('alpha', 'GET', '/v2/tasks');
  await send('nobody', 'GET', '/v2/tasks');
  await send('admin', 'GET', '/v2/tasks?limit=1&status=nonsense');
  await send('admin', 'GET', `/v2/tasks/${nothing}`);
  await send('admin', 'DELETE', `/v2/tasks/${nothing}`);
  await send('alpha', 'POST', '/v2/tasks', { json: { type: 'import', input: {} } });
  await send('admin', 'POST', '/v2/tasks', { json: { type: 'nonsense', input: {} } });
  await send('admin', 'POST', '/v2/tasks', { json: {} });
  await send('alpha', 'GET', `${images}/${nothing}/tasks`);
}

export const imageData: Chapter = async (conversation) => {
  await uploading(conversation);
  await uploadingOddly(conversation);
  await importing(conversation);
  await tasks(conversation);
};
