import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memberLimitCount } from '#lib/contract/limits.ts';
import { createImage } from '../images/create.ts';
import { getImage } from '../images/get.ts';
import { openTestPlace, type TestPlace } from '../images/test-support.ts';
import { addMember } from './add.ts';
import { getMember } from './get.ts';
import { listMembers } from './list.ts';
import { removeMember } from './remove.ts';
import { setMemberStatus } from './set-status.ts';

let place: TestPlace;
before(async () => {
  place = await openTestPlace();
});
after(async () => {
  await place.close();
});

async function create(project: string, visibility: 'shared' | 'private' = 'shared') {
  return await createImage(place.as(project), {
    id: null,
    ownerId: null,
    name: 'image',
    visibility,
    protected: false,
    hidden: false,
    minDiskGib: 0,
    minRamMib: 0,
    diskFormat: null,
    containerFormat: null,
    tags: [],
    properties: {},
  });
}

test('whom an image is shared with decides for itself, and sees nothing of the others', async () => {
  const [owner, guest, stranger] = [place.as('owner'), place.as('guest'), place.as('stranger')];
  const { id } = await create('owner');
  await assert.rejects(addMember(stranger, id, 'stranger'), { code: 'not_found' });
  await addMember(owner, id, 'guest');
  await addMember(owner, id, 'other');
  await assert.rejects(addMember(owner, id, 'guest'), { code: 'conflict' });
  await assert.rejects(addMember(guest, id, 'stranger'), { code: 'forbidden' });
  assert.deepEqual((await listMembers(owner, id)).map((row) => row.member_id).toSorted(), ['guest', 'other']);
  assert.deepEqual(
    (await listMembers(guest, id)).map((row) => row.member_id),
    ['guest'],
  );
  await assert.rejects(getMember(guest, id, 'other'), { code: 'not_found' });
  await assert.rejects(setMemberStatus(owner, id, 'guest', 'accepted'), { code: 'forbidden' });
  await assert.rejects(setMemberStatus(guest, id, 'other', 'accepted'), { code: 'not_found' });
  assert.equal((await setMemberStatus(guest, id, 'guest', 'accepted')).status, 'accepted');
  assert.equal((await getMember(owner, id, 'guest')).status, 'accepted');
  await assert.rejects(removeMember(guest, id, 'guest'), { code: 'forbidden' });
  await removeMember(owner, id, 'guest');
  await assert.rejects(removeMember(owner, id, 'guest'), { code: 'not_found' });
  await assert.rejects(getImage(place.runtime.db.read, guest.actor, id), { code: 'not_found' });
});

test('only shared images have members, and so many at most', async () => {
  const owner = place.as('owner');
  const own = await create('owner', 'private');
  await assert.rejects(addMember(owner, own.id, 'guest'), { code: 'forbidden' });
  await assert.rejects(listMembers(owner, own.id), { code: 'forbidden' });
  const { id } = await create('owner');
  for (let count = 0; count < memberLimitCount; count += 1) await addMember(owner, id, `project-${count}`);
  await assert.rejects(addMember(owner, id, 'one-more'), { code: 'quota_exceeded', message: /Maximum: 128/ });
});
