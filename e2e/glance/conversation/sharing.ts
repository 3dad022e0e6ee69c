import type { Chapter } from '../transcript.ts';
import { createImage, patchImage } from './images.ts';

const images = '/v2/images';
const nothing = '00000000-0000-4000-8000-000000000000';

/** Members of images: who may add, see, accept and remove them. */
export const sharing: Chapter = async ({ send, project }) => {
  const id = await createImage({ send }, 'alpha', { name: 'shared' });
  const members = `${images}/${id}/members`;
  const beta = `${members}/${project('beta')}`;
  await send('alpha', 'GET', members);
  await send('beta', 'GET', `${images}/${id}`);
  await send('beta', 'GET', members);
  await send('beta', 'POST', members, { json: { member: project('beta') } });
  await send('alpha-reader', 'POST', members, { json: { member: project('beta') } });
  for (const json of [{}, { member: '' }, []]) {
    await send('alpha', 'POST', members, { json });
  }
  await send('alpha', 'POST', members, { json: { member: project('beta') } });
  await send('alpha', 'POST', members, { json: { member: project('beta') } });
  await send('alpha', 'GET', members);
  await send('beta', 'GET', `${images}/${id}`);
  await send('beta', 'GET', members);
  await send('beta', 'GET', `${images}?tag=none&member_status=pending`);
  await send('beta', 'GET', `${images}?visibility=shared&member_status=pending`);
  await send('beta', 'GET', `${images}?visibility=shared`);
  await send('alpha', 'PUT', beta, { json: { status: 'accepted' } });
  await send('beta', 'PUT', beta, { json: { status: 'nonsense' } });
  await send('beta', 'PUT', beta, { json: {} });
  await send('beta', 'PUT', beta, { json: { status: 'accepted' } });
  await send('beta', 'GET', beta);
  await send('alpha', 'GET', beta);
  await send('alpha', 'GET', `${members}/nobody`);
  await send('beta', 'GET', `${images}?visibility=shared`);
  await send('beta', 'PUT', beta, { json: { status: 'rejected' } });
  await send('beta', 'PUT', beta, { json: { status: 'pending' } });
  await patchImage({ send }, 'beta', id, [{ op: 'replace', path: '/name', value: 'x' }]);
  await send('beta', 'DELETE', `${images}/${id}`);
  await send('beta', 'DELETE', beta);
  await send('alpha', 'DELETE', `${members}/nobody`);
  await send('alpha', 'DELETE', beta);
  await send('alpha', 'DELETE', beta);
  await send('beta', 'GET', `${images}/${id}`);
  await send('alpha', 'GET', `${images}/${nothing}/members`);
  await send('alpha', 'POST', `${images}/${nothing}/members`, { json: { member: 'x' } });
  await patchImage({ send }, 'alpha', id, [{ op: 'replace', path: '/visibility', value: 'private' }]);
  await send('alpha', 'POST', members, { json: { member: project('beta') } });
  await send('alpha', 'GET', members);
  await send('alpha', 'PUT', members, { json: {} });
  await send('alpha', 'DELETE', `${images}/${id}`);
};
