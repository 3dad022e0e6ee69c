import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestPlace, type TestPlace } from '../images/test-support.ts';
import { addEntry, addTags } from './add-entry.ts';
import { changeEntry } from './change-entry.ts';
import { createNamespace, type NewNamespace } from './create-namespace.ts';
import { deleteNamespace } from './delete-namespace.ts';
import { getNamespace } from './get-namespace.ts';
import { getPropertyOfResourceType } from './get-entry.ts';
import { listNamespaces } from './list-namespaces.ts';
import { listResourceTypes } from './list-resource-types.ts';
import { listTags } from './list-entries.ts';
import { loadStandardDefinitions } from './load-standard.ts';
import { removeEntry } from './remove-entry.ts';
import { standardNamespaces } from './standard/all.ts';
import { updateNamespace } from './update-namespace.ts';

let place: TestPlace;

before(async () => {
  place = await openTestPlace();
});

after(() => place.close());

const page = {
  visibility: null,
  resourceTypes: null,
  sortKey: 'namespace' as const,
  descending: false,
  marker: null,
  limit: 1000,
};

function namespace(name: string, more: Partial<NewNamespace> = {}): NewNamespace {
  const plain = { displayName: null, description: null, protected: false, ownerId: null };
  return { name, visibility: 'public', ...plain, ...more };
}

async function namesFor(project: string, request: Partial<Parameters<typeof listNamespaces>[1]> = {}) {
  const { namespaces } = await listNamespaces(place.as(project), { ...page, ...request });
  return namespaces.map(({ namespace: { name } }) => name);
}

test('writes the standard definitions once, and never over what an administrator changed', async () => {
  const { db, now } = place.runtime;
  const admin = place.as('admin', 'admin');
  await createNamespace(admin, namespace('OS::OperatingSystem', { description: 'our own' }), []);
  await Promise.all([loadStandardDefinitions(db, now), loadStandardDefinitions(db, now)]);
  assert.equal((await namesFor('alpha')).length, standardNamespaces.length);
  assert.equal(
    (await getNamespace(admin, 'OS::OperatingSystem')).namespace.description,
    'our own',
    'a namespace of their own under a standard name stays',
  );

  await updateNamespace(admin, 'OS::Compute::Watchdog', namespace('Our::Watchdog'));
  await deleteNamespace(admin, 'OS::Compute::CPUMode');
  await loadStandardDefinitions(db, now);
  const names = await namesFor('alpha');
  assert.ok(!names.includes('OS::Compute::CPUMode') && !names.includes('OS::Compute::Watchdog'));
  assert.ok(names.includes('Our::Watchdog'));
  const { entries } = await getNamespace(place.as('alpha', 'reader'), 'OS::Compute::LibvirtImage');
  assert.deepEqual(entries.find(({ name }) => name === 'hw_firmware_type')?.body['enum'], ['bios', 'uefi']);
  const types = (await listResourceTypes(place.as('alpha'))).map(({ name }) => name);
  for (const type of ['OS::Glance::Image', 'OS::Nova::Flavor', 'OS::Trove::Instance']) {
    assert.ok(types.includes(type), type);
  }
});

test('pages through namespaces in every order without losing or repeating one', async () => {
  for (const sortKey of ['created_at', 'namespace', 'owner', 'protected', 'display_name'] as const) {
    for (const descending of [true, false]) {
      const seen: string[] = [];
      let marker: string | null = null;
      do {
        const next: Awaited<ReturnType<typeof listNamespaces>> = await listNamespaces(place.as('alpha'), {
          ...page,
          sortKey,
          descending,
          marker,
          limit: 7,
        });
        seen.push(...next.namespaces.map(({ namespace: { name } }) => name));
        marker = next.next;
      } while (marker !== null);
      assert.deepEqual(seen.toSorted(), await namesFor('alpha'), `${sortKey} ${descending}`);
    }
  }
});

test('lists those that are associated with one of several types of resources', async () => {
  const names = await namesFor('alpha', { resourceTypes: ['OS::Cinder::Volume', 'OS::Nova::Aggregate'] });
  assert.ok(names.includes('OS::Compute::CPUPinning') && names.includes('OS::Compute::AggregateDiskFilter'));
  assert.ok(!names.includes('OS::Compute::XenAPI'));
});

test('shows a private namespace to its project and to administrators alone', async () => {
  const admin = place.as('admin', 'admin');
  await createNamespace(admin, namespace('Beta::Own', { visibility: 'private', ownerId: 'beta' }), []);
  assert.ok((await namesFor('beta')).includes('Beta::Own'));
  assert.deepEqual(await namesFor('beta', { visibility: 'private' }), ['Beta::Own']);
  assert.ok(!(await namesFor('alpha')).includes('Beta::Own'));
  await assert.rejects(getNamespace(place.as('alpha'), 'Beta::Own'), { code: 'not_found' });
  await assert.rejects(deleteNamespace(place.as('alpha'), 'Beta::Own'), { code: 'not_found' });
  await assert.rejects(deleteNamespace(place.as('beta'), 'Beta::Own'), { code: 'forbidden' });
  await assert.rejects(createNamespace(place.as('alpha'), namespace('Alpha'), []), { code: 'forbidden' });
});

test('writes a namespace with all that is in it, or nothing', async () => {
  const admin = place.as('admin', 'admin');
  const tag = { kind: 'tag', name: 'twice', body: {} } as const;
  await assert.rejects(createNamespace(admin, namespace('Twice'), [tag, tag]), { code: 'conflict' });
  await assert.rejects(getNamespace(admin, 'Twice'), { code: 'not_found' });
  await createNamespace(admin, namespace('Twice'), [tag]);
  await assert.rejects(createNamespace(admin, namespace('Twice'), []), { code: 'conflict' });
  await assert.rejects(updateNamespace(admin, 'Twice', namespace('OS::OperatingSystem')), {
    code: 'conflict',
  });
  await updateNamespace(admin, 'Twice', namespace('Once', { protected: true }));
  assert.equal((await getNamespace(admin, 'Once')).entries.length, 1, 'what is in it goes with its new name');
  await assert.rejects(removeEntry(admin, 'Once', 'tag', 'twice'), { code: 'forbidden' });
  await assert.rejects(removeEntry(admin, 'Once', 'tag', 'none'), { code: 'not_found' });
  await assert.rejects(deleteNamespace(admin, 'Once'), { code: 'forbidden' });
  assert.equal((await getNamespace(admin, 'Once')).entries.length, 1);
});

test('replaces the tags of a namespace or adds to them, all or none', async () => {
  const admin = place.as('admin', 'admin');
  await createNamespace(admin, namespace('Tags'), []);
  const names = async (request: Partial<Parameters<typeof listTags>[2]> = {}) => {
    const order = { sortKey: 'name' as const, descending: false, marker: null, limit: null };
    return (await listTags(admin, 'Tags', { ...order, ...request })).map(({ name }) => name);
  };
  await addTags(admin, 'Tags', ['b', 'a'], { append: false });
  await addTags(admin, 'Tags', ['c'], { append: true });
  assert.deepEqual(await names(), ['a', 'b', 'c']);
  assert.deepEqual(await names({ descending: true, marker: 'c', limit: 1 }), ['b']);
  await assert.rejects(addTags(admin, 'Tags', ['d', 'a'], { append: true }), { code: 'conflict' });
  assert.deepEqual(await names(), ['a', 'b', 'c']);
  await addTags(admin, 'Tags', [], { append: false });
  assert.deepEqual(await names(), ['a', 'b', 'c'], 'as in Glance, an empty list leaves what is there');
  await addTags(admin, 'Tags', ['z'], { append: false });
  assert.deepEqual(await names(), ['z']);
  await assert.rejects(names({ marker: 'a' }), { code: 'not_found' });
});

test('finds a property by the name that it has on a type of resource', async () => {
  const admin = place.as('admin', 'admin');
  await createNamespace(admin, namespace('Prefixed'), [
    { kind: 'resource_type', name: 'OS::Nova::Flavor', body: { prefix: 'hw:' } },
    { kind: 'property', name: 'cores', body: { title: 'Cores', type: 'integer' } },
  ]);
  const find = (type: string, name: string) => getPropertyOfResourceType(admin, 'Prefixed', type, name);
  assert.equal((await find('OS::Nova::Flavor', 'hw:cores')).name, 'cores');
  await assert.rejects(find('OS::Nova::Flavor', 'cores'), { code: 'not_found' });
  await assert.rejects(find('OS::Glance::Image', 'hw:cores'), { code: 'not_found' });
});

test('two that add the same name at once: one of them is told', async () => {
  const admin = place.as('admin', 'admin');
  await createNamespace(admin, namespace('Raced'), []);
  const object = { kind: 'object', name: 'same', body: {} } as const;
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => addEntry(admin, 'Raced', object)));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  await addEntry(admin, 'Raced', { ...object, name: 'other' });
  await assert.rejects(changeEntry(admin, 'Raced', 'other', object), { code: 'conflict' });
});
