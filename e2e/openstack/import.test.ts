/** Imports, tasks and sharing by the commands that people use. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireDebian } from '#e2e/support/debian.ts';
import { startServer } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { openCommandServer } from './command-server.ts';
import { debianCommands, type Commands } from './debian-commands.ts';

interface ShownImage {
  id: string;
  status: string;
  properties: Record<string, unknown>;
}

test('both commands import what they stage, tell of the task and share the image', async (context) => {
  if (!(await requireDebian(['python3-glanceclient', 'python3-openstackclient'], context)).ok) return;
  const server = await startServer(context);
  const directory = temporaryDirectory(context);
  const through = openCommandServer(context, directory, ['openstack', 'glance']);
  const { glance, openstack, attempt } = debianCommands(server, directory, { through });
  const bytes = randomBytes(1_500_000);
  writeFileSync(path.join(directory, 'disk.raw'), bytes);
  const formats = ['--disk-format', 'raw', '--container-format', 'bare'];

  const how = ['--import-method', 'glance-direct', '--stores', 'archive,fast', '--allow-failure', 'False'];
  await glance('image-create-via-import', ...formats, '--name', 'staged', '--file', 'disk.raw', ...how);
  const staged = await untilActive(openstack, 'staged');
  assert.equal(staged.properties['stores'], 'fast,archive');
  assert.match(await glance('image-tasks', staged.id), /success/);

  await openstack('image', 'create', '--import', '--file', 'disk.raw', ...formats, 'imported');
  const imported = await untilActive(openstack, 'imported');
  assert.equal(imported.properties['stores'], 'fast');
  await openstack('image', 'save', '--file', 'saved.raw', 'imported');
  assert.ok(readFileSync(path.join(directory, 'saved.raw')).equals(bytes));

  const off = await attempt('glance', 'image-import', staged.id, '--import-method', 'web-download');
  assert.notEqual(off.code, 0);

  await openstack('project', 'create', 'alpha');
  await openstack('image', 'add', 'project', 'staged', 'alpha');
  assert.match(await glance('member-list', '--image-id', staged.id), /pending/);
  await openstack('image', 'set', '--deactivate', 'staged');
  assert.equal((await show(openstack, 'staged')).status, 'deactivated');
});

async function show(openstack: Commands['openstack'], name: string): Promise<ShownImage> {
  return JSON.parse(await openstack('image', 'show', name, '-f', 'json')) as ShownImage;
}

async function untilActive(openstack: Commands['openstack'], name: string): Promise<ShownImage> {
  for (let attempts = 0; attempts < 30; attempts += 1) {
    const image = await show(openstack, name);
    if (image.status === 'active') return image;
    assert.equal(image.status, 'importing');
    await sleep(250);
  }
  throw new Error(`${name} was not imported in time`);
}
