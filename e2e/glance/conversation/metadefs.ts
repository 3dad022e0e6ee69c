import type { Chapter, Conversation } from '../transcript.ts';

const namespaces = '/v2/metadefs/namespaces';
const full = `${namespaces}/Full`;

const everything = {
  namespace: 'Full',
  display_name: 'Everything',
  description: 'One of each',
  visibility: 'public',
  protected: false,
  resource_type_associations: [
    { name: 'OS::Glance::Image', prefix: 'p_', properties_target: 'image' },
    { name: 'My::Type' },
  ],
  properties: {
    a: {
      title: 'A',
      type: 'string',
      description: 'd',
      default: 'x',
      enum: ['x', 'y'],
      operators: ['<or>'],
      readonly: true,
    },
    n: { title: 'N', type: 'integer', minimum: 1, maximum: 3, default: 2 },
    list: {
      title: 'R',
      type: 'array',
      items: { type: 'string', enum: ['q'] },
      uniqueItems: true,
      minItems: 1,
      maxItems: 2,
      additionalItems: false,
    },
    b: { title: 'B', type: 'boolean', default: true },
  },
  objects: [
    {
      name: 'o1',
      description: 'first',
      required: ['z'],
      properties: { z: { title: 'Z', type: 'string' } },
    },
    { name: 'o2' },
  ],
  tags: [{ name: 't1' }, { name: 't2' }],
};

async function readSchemas({ send }: Conversation): Promise<void> {
  for (const noun of ['namespace', 'object', 'property', 'tag', 'resource_type']) {
    await send('alpha', 'GET', `/v2/schemas/metadefs/${noun}`);
    await send('alpha', 'GET', `/v2/schemas/metadefs/${noun.replace(/y$/, 'ie')}s`);
  }
  await send('alpha', 'GET', '/v2/schemas/metadefs/nonsense');
}

async function listNamespaces({ send }: Conversation): Promise<void> {
  await send('nobody', 'GET', namespaces);
  const byName = 'sort_key=namespace&sort_dir=asc';
  await send('admin', 'GET', `${namespaces}?limit=40&${byName}`);
  for (const query of [
    `limit=1&marker=OS::Compute::Watchdog&${byName}`,
    `resource_types=OS::Cinder::Volume,OS::Nova::Aggregate&${byName}&limit=3`,
    `visibility=public&unknown=1&limit=2&${byName}`,
    'resource_types=OS::None',
    'visibility=private',
    'visibility=shared',
    'sort_dir=up',
    'sort_key=nonsense',
    'limit=x',
    'limit=-1',
    'limit=0',
    'marker=nonsense',
  ]) {
    await send('alpha', 'GET', `${namespaces}?${query}`);
  }
  await send('alpha', 'GET', '/v2/metadefs/resource_types');
  for (const name of ['OS::Compute::Watchdog', 'OS::Compute::Quota', 'OS::Software::WebServers']) {
    await send('alpha-reader', 'GET', `${namespaces}/${encodeURIComponent(name)}`);
  }
  await send('alpha', 'GET', `${namespaces}/OS::Compute::Watchdog?resource_type=OS::Nova::Flavor`);
}

async function createNamespaces({ send, project }: Conversation): Promise<void> {
  const create = (json: unknown) => send('admin', 'POST', namespaces, { json });
  await send('alpha', 'POST', namespaces, { json: { namespace: 'Mine' } });
  await send('nobody', 'POST', namespaces, { json: { namespace: 'Mine' } });
  await send('admin', 'POST', namespaces);
  await send('admin', 'POST', namespaces, { bytes: '{', headers: { 'content-type': 'application/json' } });
  for (const wrong of [
    {},
    { namespace: 'x'.repeat(81) },
    { namespace: 5 },
    { namespace: 'A', visibility: 'shared' },
    { namespace: 'A', protected: 'yes' },
    { namespace: 'A', unknown: 1 },
    { namespace: 'A', self: 'x' },
    { namespace: 'A', created_at: 'x' },
    { namespace: 'A', properties: { a: { type: 'string' } } },
    { namespace: 'A', properties: { a: { title: 'T', type: 'strange' } } },
    { namespace: 'A', properties: { a: { title: 'T', type: 'integer', minimum: 'x' } } },
    { namespace: 'A', objects: [{ description: 'x' }] },
    { namespace: 'A', tags: [{}] },
    { namespace: 'A', tags: [{ name: 'd' }, { name: 'd' }] },
    { namespace: 'A', resource_type_associations: [{ prefix: 'x' }] },
    { namespace: '' },
    { namespace: 'A/B' },
  ]) {
    await create(wrong);
  }
  await send('admin', 'GET', `${namespaces}/A`);
  await create({ namespace: 'Private', owner: project('beta') });
  await send('alpha', 'GET', `${namespaces}/Private`);
  await send('beta', 'GET', `${namespaces}/Private`);
  await send('beta', 'GET', `${namespaces}?visibility=private`);
  await send('admin', 'GET', `${namespaces}/Private`);
  await create({ namespace: 'Private' });
  await create(everything);
  await send('alpha', 'GET', full);
  await send('alpha', 'GET', `${full}?resource_type=OS::Glance::Image`);
  await send('alpha', 'GET', `${full}?resource_type=None`);
  await send('alpha', 'GET', `${namespaces}/None`);
}

async function changeNamespaces({ send }: Conversation): Promise<void> {
  const change = (name: string, json: unknown) => send('admin', 'PUT', `${namespaces}/${name}`, { json });
  await change('Full', { namespace: 'Full', display_name: 'Other' });
  await send('admin', 'GET', full);
  await send('alpha', 'GET', full);
  await change('Full', { namespace: 'Renamed', visibility: 'public', protected: true, description: 'n' });
  await change('Renamed', { namespace: 'Private' });
  await change('None', { namespace: 'None' });
  await change('Renamed', { display_name: 'x' });
  await send('alpha', 'PUT', `${namespaces}/Renamed`, { json: { namespace: 'Renamed' } });
  await send('alpha', 'PUT', `${namespaces}/Private`, { json: { namespace: 'Private' } });
  await send('admin', 'DELETE', `${namespaces}/Renamed`);
  for (const entry of ['objects/o1', 'properties/a', 'tags/t1', 'resource_types/My::Type', 'objects/none']) {
    await send('admin', 'DELETE', `${namespaces}/Renamed/${entry}`);
  }
  for (const kind of ['objects', 'properties', 'tags']) {
    await send('admin', 'DELETE', `${namespaces}/Renamed/${kind}`);
  }
  await send('alpha', 'DELETE', `${namespaces}/Renamed`);
  await send('alpha', 'DELETE', `${namespaces}/Private`);
  await send('admin', 'PATCH', `${namespaces}/Renamed`, { json: {} });
  await send('admin', 'PUT', namespaces, { json: {} });
  await change('Renamed', { namespace: 'Full', visibility: 'public' });
}

async function objects({ send }: Conversation): Promise<void> {
  const path = `${full}/objects`;
  const valued = { name: 'o3', description: 'd', required: ['q'], properties: {} };
  await send('alpha', 'GET', path);
  for (const query of ['limit=1', 'limit=0', 'limit=x', 'sort_dir=x', 'visibility=x', 'sort_key=name']) {
    await send('alpha', 'GET', `${path}?${query}`);
  }
  await send('alpha', 'GET', `${path}/o1`);
  await send('alpha', 'GET', `${path}/none`);
  await send('alpha', 'GET', `${namespaces}/None/objects`);
  await send('alpha', 'GET', `${namespaces}/Private/objects`);
  await send('alpha', 'POST', path, { json: { name: 'x' } });
  for (const json of [
    { name: 'o1' },
    {},
    { name: 'o3', properties: { q: { title: 'Q' } } },
    { name: 'o3', self: 'x' },
    { name: 'o3', unknown: 1 },
    { ...valued, properties: { q: { title: 'Q', type: 'number', default: '1.5' } } },
  ]) {
    await send('admin', 'POST', path, { json });
  }
  await send('admin', 'PUT', `${path}/o3`, { json: { name: 'o5' } });
  await send('admin', 'GET', `${path}/o5`);
  await send('admin', 'PUT', `${path}/o5`, { json: { name: 'o1' } });
  await send('admin', 'PUT', `${path}/none`, { json: { name: 'o1' } });
  await send('admin', 'PUT', `${path}/o5`, { json: { description: 'x' } });
  await send('alpha', 'PUT', `${path}/o5`, { json: { name: 'o5' } });
  await send('alpha', 'DELETE', `${path}/o5`);
  await send('admin', 'DELETE', `${path}/o5`);
  await send('admin', 'DELETE', `${path}/o5`);
  await send('admin', 'PATCH', path, { json: {} });
}

async function properties({ send }: Conversation): Promise<void> {
  const path = `${full}/properties`;
  const plain = { title: 'X', type: 'string' };
  await send('alpha', 'GET', path);
  for (const name of [
    'a',
    'n',
    'none',
    'p_a?resource_type=OS::Glance::Image',
    'a?resource_type=OS::Glance::Image',
    'a?resource_type=None',
    'a?resource_type=My::Type',
  ]) {
    await send('alpha', 'GET', `${path}/${name}`);
  }
  await send('alpha', 'GET', `${namespaces}/None/properties`);
  await send('alpha', 'POST', path, { json: { name: 'x', ...plain } });
  for (const json of [
    { name: 'a', ...plain },
    plain,
    { name: 'x', title: 'X' },
    { name: 'x', ...plain, minLength: -1 },
    { name: 'x', ...plain, required: [] },
    { name: 'x', ...plain, confidential: true },
    { name: 'x', ...plain, created_at: 'x' },
    { name: 'x', ...plain, enum: [1, 2] },
    { name: 'x', title: 'X', type: 'array', items: {} },
    { name: 'x', title: 'X', type: 'integer', default: 5, minimum: 1, maximum: 9 },
    { name: 'f', title: 'F', type: 'number', minimum: 1.5 },
    { name: 'l', title: 'L', type: 'array', default: ['a', 'b'] },
    { name: 'p', ...plain, pattern: '[' },
  ]) {
    await send('admin', 'POST', path, { json });
  }
  await send('admin', 'PUT', `${path}/x`, { json: { name: 'z', ...plain } });
  await send('admin', 'PUT', `${path}/z`, { json: { name: 'a', ...plain } });
  await send('admin', 'PUT', `${path}/none`, { json: { name: 'a', ...plain } });
  await send('alpha', 'PUT', `${path}/z`, { json: { name: 'z', ...plain } });
  await send('alpha', 'GET', path);
  await send('alpha', 'DELETE', `${path}/z`);
  await send('admin', 'DELETE', `${path}/z`);
  await send('admin', 'DELETE', `${path}/z`);
}

async function tags({ send }: Conversation): Promise<void> {
  const path = `${full}/tags`;
  const byName = 'sort_key=name&sort_dir=asc';
  for (const query of [byName, `${byName}&limit=1`, `${byName}&marker=t1`, 'limit=0', 'marker=none']) {
    await send('alpha', 'GET', `${path}?${query}`);
  }
  await send('alpha', 'GET', `${path}/t1`);
  await send('alpha', 'GET', `${path}/none`);
  await send('alpha', 'GET', `${namespaces}/None/tags`);
  await send('alpha', 'POST', `${path}/t3`);
  await send('admin', 'POST', `${path}/t3`);
  await send('admin', 'POST', `${path}/t3`);
  await send('admin', 'POST', `${path}/${'x'.repeat(81)}`);
  await send('admin', 'POST', `${path}/t4`, { json: { name: 'ignored' } });
  await send('admin', 'PUT', `${path}/t3`, { json: { name: 't4' } });
  await send('admin', 'PUT', `${path}/t4`, { json: { name: 't1' } });
  await send('admin', 'PUT', `${path}/none`, { json: { name: 't1' } });
  await send('admin', 'PUT', `${path}/t4`, { json: {} });
  await send('admin', 'PUT', `${path}/t4`, { json: { name: 't4', created_at: 'x' } });
  const post = (names: readonly unknown[], append?: string) =>
    send('admin', 'POST', path, {
      json: { tags: names.map((name) => ({ name })) },
      headers: append === undefined ? {} : { 'x-openstack-append': append },
    });
  const list = () => send('alpha', 'GET', `${path}?${byName}`);
  await post(['n1', 'n2'], 'true');
  await list();
  await post(['n1'], 'True');
  await post(['m1', 'm2']);
  await list();
  await post(['m1', 'm1']);
  await list();
  await post([]);
  await list();
  await send('admin', 'POST', path, { json: {} });
  await send('admin', 'POST', path, { json: { tags: ['a'] } });
  await send('alpha', 'POST', path, { json: { tags: [{ name: 'q' }] } });
  await send('admin', 'DELETE', `${path}/m1`);
  await send('admin', 'DELETE', `${path}/m1`);
  await send('alpha', 'DELETE', `${path}/m2`);
}

async function resourceTypes({ send }: Conversation): Promise<void> {
  const path = `${full}/resource_types`;
  await send('alpha', 'GET', path);
  await send('alpha', 'GET', `${namespaces}/None/resource_types`);
  await send('alpha', 'POST', path, { json: { name: 'X' } });
  const flavor = { name: 'OS::Nova::Flavor', prefix: 'f:', properties_target: 't' };
  for (const json of [flavor, { name: 'OS::Nova::Flavor' }, {}, { name: 'Brand::New' }]) {
    await send('admin', 'POST', path, { json });
  }
  await send('admin', 'DELETE', `${path}/Brand::New`);
  await send('admin', 'DELETE', `${path}/Brand::New`);
  await send('alpha', 'DELETE', `${path}/My::Type`);
  await send('admin', 'POST', '/v2/metadefs/resource_types', { json: { name: 'X' } });
  await send('admin', 'DELETE', path);
}

async function removeAll({ send }: Conversation): Promise<void> {
  for (const kind of ['objects', 'properties', 'tags', 'objects']) {
    await send('alpha', 'DELETE', `${full}/${kind}`);
    await send('admin', 'DELETE', `${full}/${kind}`);
  }
  await send('alpha', 'GET', full);
  await send('admin', 'DELETE', full);
  await send('admin', 'DELETE', full);
  await send('admin', 'DELETE', `${namespaces}/Private`);
  await send('admin', 'GET', '/v2/metadefs');
  await send('admin', 'GET', '/v2/metadefs/nothing');
}

export const metadefs: Chapter = async (conversation) => {
  await readSchemas(conversation);
  await listNamespaces(conversation);
  await createNamespaces(conversation);
  await changeNamespaces(conversation);
  await objects(conversation);
  await properties(conversation);
  await tags(conversation);
  await resourceTypes(conversation);
  await removeAll(conversation);
};
