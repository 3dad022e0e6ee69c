import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hasCode, type ErrorCode } from '#lib/contract/errors.ts';
import { ImageView } from '#lib/contract/images.ts';
import { listEventsAfter } from '#lib/db/repositories/events.ts';
import { sumImages, sumStores } from '#lib/db/repositories/counters.ts';
import { findLocationIn, listLocations, updateLocation } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { deleteImage } from './delete.ts';
import { getImage } from './get.ts';
import { importByCopy } from '../imports/copy-image.ts';
import {
  createTestImage as create,
  openTestPlace,
  pretendStored,
  share,
  type TestPlace,
} from './test-support.ts';
import { updateImage } from './update.ts';
import { toImageView } from './view.ts';

let place: TestPlace;
before(async () => {
  place = await openTestPlace();
});
after(async () => {
  await place.close();
});

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);
const read = () => place.runtime.db.read;

test('an image is its project’s, the offered ones everybody’s, and nothing else can be told to exist', async () => {
  const [owner, other] = [place.as('seen-owner'), place.as('seen-other')];
  const shared = await create(owner);
  await assert.rejects(getImage(read(), other.actor, shared.id), refused('not_found'));
  await assert.rejects(deleteImage(other, shared.id), refused('not_found'));
  await share(place.runtime, shared.id, 'seen-other', 'pending');
  assert.equal((await getImage(read(), other.actor, shared.id)).membership, 'pending');
  await assert.rejects(deleteImage(other, shared.id), refused('forbidden'));
  const left = await create(owner, { visibility: 'private' });
  await share(place.runtime, left.id, 'seen-other', 'accepted');
  await assert.rejects(getImage(read(), other.actor, left.id), refused('not_found'));
});

test('the id of a deleted image is never used again', async () => {
  const [owner, other] = [place.as('again-owner'), place.as('again-other')];
  const { id } = await create(owner);
  await assert.rejects(create(other, { id }), refused('conflict'));
  await deleteImage(owner, id);
  await assert.rejects(create(other, { id }), refused('conflict'));
  await assert.rejects(create(owner, { id }), refused('conflict'));
  await assert.rejects(getImage(read(), owner.actor, id), refused('not_found'));
});

test('a change made beside another one loses neither', async () => {
  const ctx = place.as('both');
  const { id } = await create(ctx);
  await Promise.all([
    updateImage(ctx, id, (draft) => ({ ...draft, properties: { ...draft.properties, a: '1' } })),
    updateImage(ctx, id, (draft) => ({ ...draft, properties: { ...draft.properties, b: '2' } })),
    updateImage(ctx, id, (draft) => ({ ...draft, tags: [...draft.tags, 'c'] })),
  ]);
  const view = await toImageView(ctx, await getImage(read(), ctx.actor, id));
  assert.deepEqual([{ ...view.properties }, view.tags], [{ a: '1', b: '2' }, ['c']]);
});

test('more tags or properties than Glance allows are refused, and nothing is changed', async () => {
  const ctx = place.as('many');
  const { id } = await create(ctx);
  const many = Array.from({ length: 129 }, (_, i) => `t${i}`);
  await assert.rejects(
    updateImage(ctx, id, (draft) => ({ ...draft, name: 'changed', tags: many })),
    refused('quota_exceeded'),
  );
  await assert.rejects(
    updateImage(ctx, id, (draft) => ({ ...draft, properties: Object.fromEntries(many.map((t) => [t, t])) })),
    refused('quota_exceeded'),
  );
  assert.equal((await getImage(read(), ctx.actor, id)).name, 'image');
});

test('only administrators make an image public or give it to another project', async () => {
  const [ctx, admin] = [place.as('public-owner'), place.as('public-admin', 'admin')];
  const { id } = await create(ctx);
  await assert.rejects(
    updateImage(ctx, id, (draft) => ({ ...draft, visibility: 'public' })),
    refused('forbidden'),
  );
  await assert.rejects(
    updateImage(ctx, id, (draft) => ({ ...draft, ownerId: 'else' })),
    refused('forbidden'),
  );
  await updateImage(admin, id, (draft) => ({ ...draft, visibility: 'public' }));
  // What is public already may be changed otherwise by its owner, and taken back.
  await updateImage(ctx, id, (draft) => ({ ...draft, name: 'renamed' }));
  await updateImage(ctx, id, (draft) => ({ ...draft, visibility: 'private' }));
});

test('deleting takes the image at once, keeps its objects named, and the counters true', async () => {
  const ctx = place.as('delete-owner');
  const { id } = await create(ctx, { protected: true });
  await pretendStored(place.runtime, id, ['fast', 'archive'], 5000);
  assert.deepEqual(await sumImages(read(), { ownerId: 'delete-owner' }), { count: 1, bytes: 5000 });
  await assert.rejects(deleteImage(ctx, id), refused('image_protected'));
  await updateImage(ctx, id, (draft) => ({ ...draft, protected: false }));
  await deleteImage(ctx, id);
  await assert.rejects(getImage(read(), ctx.actor, id), refused('not_found'));
  const left = await listLocations(read(), [id]);
  assert.ok(left.every(({ state }) => state === 'deleting'));
  assert.deepEqual(await sumImages(read(), { ownerId: 'delete-owner' }), { count: 0, bytes: 0 });
  const stored = await sumStores(read(), { ownerId: 'delete-owner' });
  assert.equal(stored.length, 2);
  assert.ok(stored.every(({ image_count, stored_bytes }) => image_count === 0 && stored_bytes === 0));
  const events = await listEventsAfter(read(), 0, 1_000);
  const event = events.findLast(({ image_id }) => image_id === id);
  assert.deepEqual([event?.payload['change'], event?.project_id], ['deleted', 'delete-owner']);
  await assert.rejects(deleteImage(ctx, id), refused('not_found'));
});

test('readers read and change nothing', async () => {
  const [owner, reader] = [place.as('read-project'), place.as('read-project', 'reader')];
  const { id } = await create(owner);
  assert.equal((await getImage(read(), reader.actor, id)).id, id);
  await assert.rejects(create(reader), refused('forbidden'));
  await assert.rejects(
    updateImage(reader, id, (draft) => draft),
    refused('forbidden'),
  );
  await assert.rejects(deleteImage(reader, id), refused('forbidden'));
  const view = await toImageView(reader, await getImage(read(), reader.actor, id));
  // As with Glance, downloading takes the role member.
  assert.deepEqual(Object.keys(view.actions), []);
});

test('an import by copy is the administrator’s, and told beforehand what cannot be', async () => {
  const [owner, admin] = [place.as('import-owner'), place.as('import-admin', 'admin')];
  const { id } = await create(owner);
  const copy = { body: {}, stores: ['archive'], allStoresMustSucceed: false };
  await assert.rejects(importByCopy(owner, id, copy), refused('forbidden'));
  await assert.rejects(importByCopy(place.as('import-other'), id, copy), refused('not_found'));
  await assert.rejects(importByCopy(admin, id, copy), refused('wrong_state'));
  await pretendStored(place.runtime, id, ['fast', 'archive']);
  await assert.rejects(importByCopy(admin, id, { ...copy, stores: ['fast'] }), refused('bad_request'));
  await assert.rejects(importByCopy(admin, id, { ...copy, stores: ['nowhere'] }), refused('conflict'));
  // Nothing is left to do, which is no error for `all`.
  await importByCopy(admin, id, { ...copy, stores: 'all' });
});

test('what may be done comes with its reason, and what is not this caller’s does not come', async () => {
  const [owner, admin] = [place.as('view-owner'), place.as('view-admin', 'admin')];
  const { id } = await create(owner, { protected: true });
  await pretendStored(place.runtime, id, ['fast']);
  const view = async (ctx: Context) =>
    ImageView.parse(await toImageView(ctx, await getImage(read(), ctx.actor, id)));
  const forAdmin = await view(admin);
  assert.equal(forAdmin.actions['copy'], true);
  assert.match(String(forAdmin.locations[0]?.actions['remove']), /last proved copy/);
  const forOwner = await view(owner);
  assert.equal(forOwner.actions['copy'], undefined);
  assert.equal(forOwner.locations[0]?.actions['remove'], undefined);
  assert.match(String(forOwner.actions['delete']), /protected/);
});

test('a broken copy may be repaired by who may copy, while another one can be read', async () => {
  const [owner, admin] = [place.as('repair-owner'), place.as('repair-admin', 'admin')];
  const { id } = await create(owner);
  await pretendStored(place.runtime, id, ['fast', 'archive']);
  const become = async (store: string, state: 'active' | 'corrupt') => {
    await place.runtime.db.transaction(async (q) => {
      const location = await findLocationIn(q, id, store);
      assert.ok(location);
      await updateLocation(q, location, 'repair-owner', { state, updated_at: Date.now() });
    });
  };
  const repairs = async (ctx: Context) => {
    const { locations } = await toImageView(ctx, await getImage(read(), ctx.actor, id));
    return Object.fromEntries(locations.map(({ store, actions }) => [store, actions['repair']]));
  };
  assert.deepEqual(await repairs(admin), { fast: undefined, archive: undefined });
  await become('archive', 'corrupt');
  assert.deepEqual(await repairs(admin), { fast: undefined, archive: true });
  assert.deepEqual(await repairs(owner), { fast: undefined, archive: undefined });
  await become('fast', 'corrupt');
  assert.match(String((await repairs(admin))['archive']), /no good copy/);
});
