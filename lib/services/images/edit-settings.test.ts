import assert from 'node:assert/strict';
import test from 'node:test';
import { editSettings } from './edit-settings.ts';
import type { ImageDraft } from './draft.ts';

const draft: ImageDraft = {
  name: 'ubuntu',
  visibility: 'private',
  protected: false,
  hidden: false,
  ownerId: 'p',
  minDiskGib: 0,
  minRamMib: 0,
  diskFormat: 'raw',
  containerFormat: 'bare',
  tags: ['lts', 'golden'],
  properties: { os_distro: 'ubuntu', hw_disk_bus: 'scsi' },
};

test('changes what still is as its editor saw it', () => {
  const seen = { tags: ['golden', 'lts'], properties: { hw_disk_bus: 'scsi', os_distro: 'ubuntu' } };
  assert.deepEqual(editSettings(draft, { tags: ['lts'], was: seen }).tags, ['lts']);
  assert.equal(editSettings({ ...draft, name: null }, { name: 'a', was: { name: '' } }).name, 'a');
});

test('refuses to undo what somebody else changed meanwhile, and names it', () => {
  const seen = { name: 'debian', tags: ['lts'], protected: false };
  assert.throws(() => editSettings(draft, { name: 'fedora', was: seen }), {
    code: 'conflict',
    message: 'Somebody else changed name, tags meanwhile. Nothing was saved.',
  });
  const properties = { os_distro: 'ubuntu' };
  assert.throws(() => editSettings(draft, { properties: {}, was: { properties } }), { code: 'conflict' });
});
