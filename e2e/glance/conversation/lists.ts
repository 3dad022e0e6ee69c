import type { Chapter } from '../transcript.ts';
import { createImage } from './images.ts';

const images = '/v2/images';

/** Lists of images: every filter and order on a handful of images that bear the tag `listed`. */
export const lists: Chapter = async ({ send, project }) => {
  const values = [
    { name: 'ant', visibility: 'private', min_ram: 64, color: 'red' },
    { name: 'bee', tags: ['listed', 'winged'], color: 'blue' },
    { name: 'cat, the', visibility: 'community', disk_format: 'qcow2' },
    { name: 'dog', os_hidden: true },
    { name: 'eel', protected: true },
  ];
  const ids: string[] = [];
  for (const json of values) ids.push(await createImage({ send }, 'alpha', { tags: ['listed'], ...json }));
  const list = (query: string, caller: 'alpha' | 'beta' | 'admin' = 'alpha') =>
    send(caller, 'GET', `${images}?tag=listed&sort=name:asc${query}`);
  await list('');
  await list('', 'beta');
  await list('&visibility=community', 'beta');
  await list('&visibility=all', 'beta');
  await list(`&owner=${project('alpha')}`, 'admin');
  for (const query of [
    '&limit=2',
    '&limit=0',
    '&limit=-1',
    '&limit=x',
    `&limit=1&marker=${ids[0]}`,
    '&marker=00000000-0000-4000-8000-000000000000',
    '&marker=x',
    '&name=bee',
    '&name=in:ant,bee',
    '&name=in:%22cat,%20the%22,ant',
    '&name=in:%22open',
    '&name=none',
    `&id=${ids[1]}`,
    `&id=in:${ids[0]},${ids[1]}`,
    '&status=queued',
    '&status=in:queued,active',
    '&status=nonsense',
    '&disk_format=qcow2',
    '&disk_format=in:raw,qcow2',
    '&container_format=bare',
    '&visibility=private',
    '&visibility=shared',
    '&visibility=public',
    '&visibility=all',
    '&visibility=nonsense',
    '&member_status=all',
    '&member_status=nonsense',
    '&protected=true',
    '&protected=True',
    '&protected=nonsense',
    '&os_hidden=true',
    '&os_hidden=nonsense',
    '&color=red',
    '&color=in:red,blue',
    '&tag=winged',
    '&min_ram_min=1',
    '&min_ram_max=1',
    '&size_min=0',
    '&size_min=x',
    '&checksum=abc',
    '&created_at=gt:2020-01-01T00:00:00Z',
    '&created_at=lt:2020-01-01T00:00:00Z',
    '&updated_at=gte:2020-01-01T00:00:00Z',
    '&created_at=neq:2020-01-01T00:00:00Z',
    '&created_at=nonsense',
    '&created_at=gt:nonsense',
    '&changes-since=2020-01-01T00:00:00Z',
    '&owner=nobody',
    '&sort_key=name',
  ]) {
    await list(query);
  }
  for (const query of [
    'sort_key=name&sort_dir=desc',
    'sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc',
    'sort_key=name&sort_dir=asc&sort_dir=desc',
    'sort=disk_format:asc,name:desc',
    'sort=name',
    'sort=nonsense',
    'sort=name:up',
    'sort_key=nonsense',
    'sort_dir=up',
  ]) {
    await send('alpha', 'GET', `${images}?tag=listed&${query}`);
  }
  await send('alpha', 'PATCH', `${images}/${ids[4]}`, {
    json: [{ op: 'replace', path: '/protected', value: false }],
    headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
  });
  for (const id of ids) await send('alpha', 'DELETE', `${images}/${id}`);
};
