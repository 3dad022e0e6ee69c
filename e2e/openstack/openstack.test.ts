import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { requireDebian } from '#e2e/support/debian.ts';
import { startServer } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { waitFor } from '#e2e/support/wait.ts';
import { openCommandServer } from './command-server.ts';
import { debianCommands, type Commands } from './debian-commands.ts';

interface ShownImage {
  id: string;
  name: string;
  status: string;
  size: number;
  tags: string[];
  min_disk: number;
  protected: boolean;
  properties: Record<string, unknown>;
}

const requirement = await requireDebian(['python3-glanceclient', 'python3-openstackclient']);
const skip = requirement.ok ? false : requirement.reason;
const directory = temporaryDirectory({ after });
const stage = requirement.ok && {
  server: await startServer({ after }),
  through: openCommandServer({ after }, directory, ['openstack', 'glance']),
};

test(
  'the openstack command creates, lists, shows, downloads, changes and deletes images',
  { skip },
  async () => {
    assert.ok(stage);
    const { openstack } = debianCommands(stage.server, directory, stage);
    // Some of them as people run them.
    const script = debianCommands(stage.server, directory);
    const show = async (name: string) =>
      JSON.parse(await openstack('image', 'show', name, '-f', 'json')) as ShownImage;
    const bytes = randomBytes(3_000_001);
    writeFileSync(path.join(directory, 'disk.raw'), bytes);

    await script.openstack(
      'image',
      'create',
      '--file',
      'disk.raw',
      '--disk-format',
      'raw',
      '--container-format',
      'bare',
      '--tag',
      'one',
      '--property',
      'os_distro=debian',
      'first',
    );
    const created = await show('first');
    assert.equal(created.status, 'active');
    assert.equal(created.size, bytes.length);
    assert.deepEqual(created.tags, ['one']);
    assert.equal(created.properties['os_distro'], 'debian');
    assert.equal(created.properties['stores'], 'fast');

    const listed = JSON.parse(await script.openstack('image', 'list', '-f', 'json')) as { Name: string }[];
    assert.deepEqual(
      listed.map((image) => image.Name),
      ['first'],
    );

    await openstack('image', 'save', '--file', 'saved.raw', 'first');
    assert.ok(readFileSync(path.join(directory, 'saved.raw')).equals(bytes));

    await openstack(
      'image',
      'set',
      '--name',
      'second',
      '--tag',
      'two',
      '--property',
      'hw_disk_bus=scsi',
      '--min-disk',
      '3',
      '--protected',
      'first',
    );
    await openstack('image', 'unset', '--property', 'os_distro', '--tag', 'one', 'second');
    const changed = await show('second');
    assert.deepEqual([changed.id, changed.min_disk, changed.tags], [created.id, 3, ['two']]);
    assert.equal(changed.properties['hw_disk_bus'], 'scsi');
    assert.equal(changed.properties['os_distro'], undefined);

    const refused = await script.attempt('openstack', 'image', 'delete', 'second');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /protected/);
    await openstack('image', 'set', '--unprotected', 'second');
    await openstack('image', 'delete', 'second');
    assert.equal((await openstack('image', 'list', '-f', 'value')).trim(), '');
  },
);

test(
  'the openstack command makes a member of another project, who sees only what is offered to them',
  { skip },
  async () => {
    assert.ok(stage);
    const { server, through } = stage;
    const admin = debianCommands(server, directory, { through });
    await admin.openstack('project', 'create', 'alpha');
    await admin.openstack('user', 'create', '--project', 'alpha', '--password', 'pw', 'maria');
    await admin.openstack('role', 'add', '--project', 'alpha', '--user', 'maria', 'member');
    const identity = { name: 'maria', password: 'pw', project: 'alpha' };
    const maria = debianCommands(server, directory, { identity, through });
    const formats = ['--disk-format', 'raw', '--container-format', 'bare'];
    await admin.openstack('image', 'create', ...formats, 'kept');
    await admin.openstack('image', 'create', ...formats, '--public', 'offered');
    await maria.openstack('image', 'create', ...formats, 'own');

    const names = (await maria.openstack('image', 'list', '-f', 'value', '-c', 'Name')).trim().split('\n');
    assert.deepEqual(names.sort(), ['offered', 'own']);
    assert.match((await maria.attempt('openstack', 'image', 'show', 'kept')).stderr, /No Image found/);
    assert.match(
      (await maria.attempt('openstack', 'image', 'delete', 'offered')).stderr,
      /403|may not delete/,
    );
    assert.match(
      (await maria.attempt('openstack', 'image', 'set', '--public', 'own')).stderr,
      /publicize_image/,
    );
    assert.match((await maria.attempt('openstack', 'user', 'list')).stdout, /maria/);

    await admin.openstack('role', 'remove', '--project', 'alpha', '--user', 'maria', 'member');
    assert.notEqual((await maria.attempt('openstack', 'image', 'list')).code, 0);
  },
);

test(
  'the glance command uploads into a chosen store, copies to another and deletes from one',
  { skip },
  async () => {
    assert.ok(stage);
    const { glance, attempt } = debianCommands(stage.server, directory, stage);
    const script = debianCommands(stage.server, directory);
    const bytes = randomBytes(2_500_000);
    writeFileSync(path.join(directory, 'disk.raw'), bytes);

    const stores = await script.glance('stores-info');
    assert.match(stores, /"id": "fast", "default": "true"/);
    assert.match(stores, /"id": "archive"/);
    assert.match(await glance('stores-info', '--detail'), /"type": "file"/);

    const id = fieldOf(
      await glance('image-create', '--name', 'disk', '--disk-format', 'raw', '--container-format', 'bare'),
      'id',
    );
    await script.glance('image-upload', '--store', 'archive', '--file', 'disk.raw', id);
    const uploaded = await glance('image-show', id);
    assert.equal(fieldOf(uploaded, 'status'), 'active');
    assert.equal(fieldOf(uploaded, 'stores'), 'archive');

    await glance('image-import', id, '--import-method', 'copy-image', '--stores', 'fast');
    await untilCopied(glance, id);
    const copied = await glance('image-show', id);
    assert.equal(fieldOf(copied, 'stores'), 'fast,archive');
    assert.equal(fieldOf(copied, 'os_glance_failed_import'), '');
    const again = await attempt(
      'glance',
      'image-import',
      id,
      '--import-method',
      'copy-image',
      '--stores',
      'fast',
    );
    assert.match(again.stderr + again.stdout, /already present at store 'fast'/);

    await glance('stores-delete', '--store', 'archive', id);
    assert.equal(fieldOf(await glance('image-show', id), 'stores'), 'fast');
    const last = await attempt('glance', 'stores-delete', '--store', 'fast', id);
    assert.match(last.stderr + last.stdout, /403/);

    await glance('image-download', '--file', 'downloaded.raw', id);
    assert.ok(readFileSync(path.join(directory, 'downloaded.raw')).equals(bytes));

    await glance('image-update', '--property', 'os_distro=debian', '--name', 'renamed', id);
    await glance('image-tag-update', id, 'spring release');
    const changed = await glance('image-show', id);
    assert.deepEqual(
      ['name', 'os_distro', 'tags'].map((field) => fieldOf(changed, field)),
      ['renamed', 'debian', '["spring release"]'],
    );
    await glance('image-tag-delete', id, 'spring release');
    await glance('image-delete', id);
    assert.notEqual((await attempt('glance', 'image-show', id)).code, 0);
  },
);

/** A value out of the table that glance prints. */
function fieldOf(table: string, field: string): string {
  for (const line of table.split('\n')) {
    const [, name, value] = line.split('|');
    if (name?.trim() === field) return value?.trim() ?? '';
  }
  throw new Error(`there is no ${field} in ${table}`);
}

async function untilCopied(glance: Commands['glance'], id: string): Promise<void> {
  const importing = async () => fieldOf(await glance('image-show', id), 'os_glance_importing_to_stores');
  await waitFor('the copy is done', async () => (await importing()) === '', 30_000);
}
