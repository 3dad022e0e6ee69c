import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openPolicy } from '#lib/auth/policy-set.ts';
import { hasCode, type ErrorCode } from '#lib/contract/errors.ts';
import { ImageList, ImageListQuery } from '#lib/contract/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { deleteImage } from './delete.ts';
import { getImage } from './get.ts';
import { listImages, type ImageListRequest } from './list.ts';
import { listImageSummaries } from './list-summaries.ts';
import {
  createTestImage as create,
  openTestPlace,
  pretendStored,
  share,
  type TestPlace,
} from './test-support.ts';
import { updateImage } from './update.ts';

let place: TestPlace;
before(async () => {
  place = await openTestPlace();
});
after(async () => {
  await place.close();
});

async function list(ctx: Context, request: Partial<ImageListRequest> = {}): Promise<string[]> {
  const { rows } = await listImages(ctx, {
    visibility: null,
    memberStatus: 'accepted',
    filters: [{ kind: 'flag', column: 'hidden', value: false }],
    sort: [{ key: 'created_at', dir: 'desc' }],
    marker: null,
    limit: 1000,
    ...request,
  });
  return rows.map(({ id }) => id);
}

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);
const read = () => place.runtime.db.read;

test('a list holds own, public and accepted images, each once', async () => {
  const [owner, other, admin] = [
    place.as('list-owner'),
    place.as('list-other'),
    place.as('list-admin', 'admin'),
  ];
  const own = await create(other);
  const open = await create(admin, { visibility: 'public', ownerId: 'list-other' });
  const [pending, accepted] = [await create(owner), await create(owner)];
  await share(place.runtime, pending.id, 'list-other', 'pending');
  await share(place.runtime, accepted.id, 'list-other', 'accepted');
  const communal = await create(owner, { visibility: 'community' });
  const hidden = await create(other, { hidden: true });
  const seen = await list(other);
  assert.deepEqual(seen.filter((id) => id === open.id).length, 1);
  assert.ok(seen.includes(own.id) && seen.includes(accepted.id));
  for (const { id } of [pending, communal, hidden]) assert.ok(!seen.includes(id));
  assert.ok((await list(other, { visibility: 'community' })).includes(communal.id));
  assert.deepEqual(
    (await list(other, { visibility: 'shared', memberStatus: 'pending' })).sort(),
    [own.id, pending.id].sort(),
  );
});

test('with a stricter rule get_image a list holds what can be looked at one by one, and counts no more', async () => {
  const [owner, other, operator] = [
    place.as('ruled-owner'),
    place.as('ruled-other'),
    place.as('ruled-admin', 'admin'),
  ];
  const ids: string[] = [];
  for (const visibility of ['private', 'shared', 'community', 'public'] as const) {
    for (const isProtected of [false, true]) {
      const { id } = await create(owner, { visibility: 'shared', protected: isProtected });
      ids.push(id);
      await updateImage(operator, id, (draft) => ({ ...draft, visibility }));
      if (visibility === 'shared')
        await share(place.runtime, id, 'ruled-other', isProtected ? 'accepted' : 'pending');
      if (isProtected && visibility !== 'private') await pretendStored(place.runtime, id, ['fast']);
    }
  }
  let hidden = 0;
  for (const rule of [
    'rule:context_is_admin or project_id:%(project_id)s',
    "role:member and not 'public':%(visibility)s",
    "'active':%(status)s and (project_id:%(owner)s or project_id:%(member_id)s)",
    "True:%(protected)s or (role:admin and 'community':%(visibility)s)",
    'project_id:%(user_id)s or role:%(visibility)s',
    '!',
  ]) {
    for (const caller of [owner, other, operator]) {
      const ctx = { ...caller, actor: { ...caller.actor, policy: openPolicy({ get_image: rule }) } };
      const ours = (found: string[]) => found.filter((id) => ids.includes(id)).sort();
      for (const visibility of [null, 'all', 'public', 'shared'] as const) {
        const request = { visibility, memberStatus: 'all' as const };
        const one = async (id: string) =>
          (await getImage(read(), ctx.actor, id).catch(() => null)) === null ? [] : [id];
        const plain = ours(await list(caller, request));
        const expected = (await Promise.all(plain.map(one))).flat();
        hidden += plain.length - expected.length;
        assert.deepEqual(
          ours(await list(ctx, request)),
          expected,
          `${rule} ${caller.actor.projectId} ${visibility}`,
        );
      }
      for (const tab of ['all', 'project', 'public', 'shared'] as const) {
        const { images, total } = await listImageSummaries(ctx, ImageListQuery.parse({ tab, limit: 100 }));
        for (const { id } of images) await getImage(read(), ctx.actor, id);
        assert.ok(total === null || total === images.length, `${rule} ${tab} ${total} ${images.length}`);
      }
    }
  }
  assert.ok(hidden > 20);
});

test('pages over several branches meet every image once, whatever the order', async () => {
  const [owner, admin] = [place.as('page-owner'), place.as('page-admin', 'admin')];
  const made = new Set<string>();
  for (let i = 0; i < 12; i += 1) {
    const name = `page-${i % 3}`;
    const ctx = i % 2 === 0 ? owner : admin;
    const visibility = i % 2 === 0 ? 'shared' : 'public';
    made.add((await create(ctx, { name, visibility, tags: ['page'] })).id);
  }
  for (const sort of [
    [{ key: 'name', dir: 'asc' }],
    [{ key: 'created_at', dir: 'desc' }],
    [
      { key: 'status', dir: 'asc' },
      { key: 'name', dir: 'desc' },
    ],
    [{ key: 'id', dir: 'asc' }],
  ] satisfies ImageListRequest['sort'][]) {
    const met: string[] = [];
    for (let marker: string | null = null; ; marker = met.at(-1) ?? null) {
      const page: string[] = await list(owner, {
        sort,
        marker,
        limit: 5,
        filters: [{ kind: 'tag', tag: 'page' }],
      });
      met.push(...page);
      if (page.length < 5) break;
    }
    assert.equal(met.length, made.size, JSON.stringify(sort));
    assert.deepEqual(new Set(met), made);
  }
});

test('a marker that this caller may not see is refused like one that does not exist', async () => {
  const foreign = await create(place.as('marker-owner'));
  for (const marker of [foreign.id, randomUUID()]) {
    await assert.rejects(list(place.as('marker-other'), { marker }), refused('bad_request'));
  }
});

test('the console’s list is as its contract says, page for page', async () => {
  const ctx = place.as('console');
  for (const name of ['b', 'a', 'c']) {
    const { id } = await create(ctx, { name, diskFormat: name === 'c' ? 'qcow2' : 'raw' });
    await pretendStored(place.runtime, id, name === 'a' ? ['archive', 'fast'] : ['fast']);
  }
  const page = async (query: Record<string, string>) =>
    ImageList.parse(await listImageSummaries(ctx, ImageListQuery.parse({ tab: 'project', ...query })));
  const names = async (query: Record<string, string>) => (await page(query)).images.map(({ name }) => name);
  const first = await page({ sort: 'name', dir: 'asc', limit: '2' });
  assert.deepEqual([first.images.map(({ name }) => name), first.total], [['a', 'b'], 3]);
  assert.deepEqual(
    first.images[0]?.locations.map(({ store }) => store),
    ['fast', 'archive'],
  );
  const cursor = first.next_cursor ?? '';
  const second = await page({ sort: 'name', dir: 'asc', limit: '2', cursor });
  assert.deepEqual([second.images.map(({ name }) => name), second.next_cursor], [['c'], null]);
  await assert.rejects(page({ sort: 'size', cursor }), refused('bad_request'));
  await assert.rejects(page({ cursor: 'nonsense' }), refused('bad_request'));
  assert.deepEqual(await names({ store: 'archive' }), ['a']);
  assert.deepEqual(await names({ disk_format: 'qcow2,iso' }), ['c']);
  assert.deepEqual(await names({ q: 'B' }), ['b']);
  assert.deepEqual(await names({ q: '%' }), []);
  const id = second.images[0]?.id ?? '';
  assert.deepEqual(await names({ q: id }), ['c']);
  assert.deepEqual(await names({ q: id.slice(0, 8).toUpperCase() }), ['c']);
});

test('a search follows the names: it finds the new one and no longer the old, in any case and script', async () => {
  const ctx = place.as('searches');
  const { id } = await create(ctx, { name: 'Ärger_100% "quoted"' });
  const found = async (q: string) => {
    const list = await listImageSummaries(ctx, ImageListQuery.parse({ tab: 'project', q }));
    return list.images.length === 1;
  };
  for (const part of ['ärg', 'GER_', '_100%', '"quo', 'ÄR']) assert.ok(await found(part), part);
  for (const part of ['rgerx', '100_', 'ge']) assert.ok(!(await found(part)), part);
  await updateImage(ctx, id, (draft) => ({ ...draft, name: '日本語の像' }));
  assert.ok((await found('日本')) && (await found('本語の')) && !(await found('ärg')));
  await deleteImage(ctx, id);
  assert.ok(!(await found('本語の')));
});

test('the list of a store follows what changes in its images', async () => {
  const [ctx, admin] = [place.as('follows'), place.as('follows-admin', 'admin')];
  const [one, other] = [await create(ctx, { name: 'one' }), await create(ctx, { name: 'other' })];
  for (const { id } of [one, other]) await pretendStored(place.runtime, id, ['archive']);
  // An administrator's is read along what the locations have of their images.
  const names = async (sort: string, dir: string) => {
    const query = ImageListQuery.parse({ store: 'archive', limit: '1000', sort, dir });
    const { images } = await listImageSummaries(admin, query);
    return images.filter(({ owner_id }) => owner_id === 'follows').map(({ name }) => name);
  };
  assert.deepEqual(await names('name', 'asc'), ['one', 'other']);
  await updateImage(ctx, one.id, (draft) => ({ ...draft, name: 'zone' }));
  assert.deepEqual(await names('name', 'asc'), ['other', 'zone']);
  assert.deepEqual(await names('updated_at', 'desc'), ['zone', 'other']);
  await pretendStored(place.runtime, other.id, ['fast'], 5000);
  assert.deepEqual(await names('size', 'desc'), ['other', 'zone']);
});
