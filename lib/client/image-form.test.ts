import assert from 'node:assert/strict';
import test from 'node:test';
import { changesOf, formerOf, rebase, splitTags, toForm } from './image-form.ts';

const image = {
  name: 'ubuntu',
  tags: ['lts', 'golden'],
  min_disk_gib: 4,
  min_ram_mib: 1024,
  protected: false,
  hidden: false,
};

test('an untouched form sends nothing', () => {
  assert.deepEqual(changesOf(image, toForm(image)), { update: {}, removedTags: [], error: null });
});

test('sends only what was changed', () => {
  const { update } = changesOf(image, { ...toForm(image), name: ' debian ', protected: true });
  assert.deepEqual(update, { name: 'debian', protected: true });
});

test('takes tags as words between commas, each once, and tells which left', () => {
  assert.deepEqual(splitTags(' a, b ,,a'), ['a', 'b']);
  const { update, removedTags } = changesOf(image, { ...toForm(image), tags: 'golden, new' });
  assert.deepEqual(update, { tags: ['golden', 'new'] });
  assert.deepEqual(removedTags, ['lts']);
});

test('names the field that cannot be sent', () => {
  assert.equal(changesOf(image, { ...toForm(image), name: 'x'.repeat(256) }).error, 'name');
  assert.equal(changesOf(image, { ...toForm(image), tags: 'x'.repeat(256) }).error, 'tags');
  assert.equal(changesOf(image, { ...toForm(image), minDisk: '1.5' }).error, 'minDisk');
  assert.equal(changesOf(image, { ...toForm(image), minRam: '-1' }).error, 'minRam');
  assert.equal(changesOf(image, { ...toForm(image), minRam: '' }).error, 'minRam');
});

test('an image without a name stays without one unless it is given', () => {
  assert.deepEqual(changesOf({ ...image, name: null }, toForm({ ...image, name: null })).update, {});
});

test('says what it took the changed fields for', () => {
  assert.deepEqual(formerOf(image, { name: 'debian', hidden: true }), { name: 'ubuntu', hidden: false });
});

test('keeps what was typed on top of what somebody else changed meanwhile', () => {
  const typed = { ...toForm(image), name: 'debian' };
  const now = { ...image, name: 'fedora', tags: ['theirs'] };
  const form = rebase(image, typed, now);
  assert.equal(form.name, 'debian');
  assert.deepEqual(changesOf(now, form).update, { name: 'debian' });
});
