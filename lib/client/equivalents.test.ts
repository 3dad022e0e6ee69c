import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { equivalentsOf } from './equivalents.ts';
import type { Deed } from './equivalents.ts';
import { shellWord } from './shell-command.ts';

const base = 'http://127.0.0.1:9292';
const image = '7b1e5d02-94c3-4f0e-a8d1-2c60f1d3be77';

/** The words that a real shell makes of a command, with the program replaced by one that prints them. */
function wordsOf(command: string): string[] {
  const script = `openstack() { printf '%s\\0' "$@"; }; glance() { openstack "$@"; }; curl() { openstack "$@"; }; TOKEN=t; ${command}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

test('quotes what a shell would take apart', () => {
  assert.equal(shellWord('plain-1.2_3'), 'plain-1.2_3');
  for (const text of ["it's", 'a b', '$HOME', '`id`', 'a"b', '', 'ü', '*', 'a\\b', '{"a":1}']) {
    assert.deepEqual(wordsOf(`openstack ${shellWord(text)}`), [text]);
  }
});

test('copies to several stores with every program', () => {
  const { openstack, glance, curl } = equivalentsOf(
    { kind: 'copy-image', image, stores: ['fast', 'archive'] },
    base,
  );
  assert.deepEqual(wordsOf(openstack ?? ''), [
    'image',
    'import',
    '--method',
    'copy-image',
    '--store',
    'fast',
    '--store',
    'archive',
    image,
  ]);
  assert.deepEqual(wordsOf(glance ?? ''), [
    'image-import',
    image,
    '--import-method',
    'copy-image',
    '--stores',
    'fast,archive',
  ]);
  const words = wordsOf(curl);
  assert.equal(words.at(-1), `${base}/api/v1/images/${image}/copies`);
  assert.deepEqual(JSON.parse(words[words.indexOf('-d') + 1] ?? ''), { stores: ['fast', 'archive'] });
});

test('moves in one call of ours and in two steps of theirs', () => {
  const { openstack, curl } = equivalentsOf(
    { kind: 'copy-image', image, stores: ['archive'], moveFrom: 'fast' },
    base,
  );
  assert.match(
    openstack ?? '',
    /image import[\s\S]+# when every copy is active:\nopenstack image delete --store fast/,
  );
  const words = wordsOf(curl);
  assert.deepEqual(JSON.parse(words[words.indexOf('-d') + 1] ?? ''), {
    stores: ['archive'],
    move_from: 'fast',
  });
});

test('removes one copy and not the image', () => {
  const { openstack, glance, curl } = equivalentsOf({ kind: 'remove-copy', image, store: 'fast' }, base);
  assert.deepEqual(wordsOf(openstack ?? ''), ['image', 'delete', '--store', 'fast', image]);
  assert.deepEqual(wordsOf(glance ?? ''), ['stores-delete', '--store', 'fast', image]);
  assert.deepEqual(wordsOf(curl).slice(0, 2), ['-X', 'DELETE']);
  assert.equal(wordsOf(curl).at(-1), `${base}/api/v1/images/${image}/locations/fast`);
});

test('keeps hostile names and values inside their word', () => {
  const name = `'; rm -rf / #`;
  const { openstack, glance, curl } = equivalentsOf(
    {
      kind: 'update-image',
      image,
      update: { name, properties: { os_distro: 'a b$(id)' } },
      removedTags: ['x y'],
    },
    base,
  );
  const [set, unset] = (openstack ?? '').split(/\n(?=openstack)/);
  assert.deepEqual(wordsOf(set ?? ''), [
    'image',
    'set',
    '--name',
    name,
    '--property',
    'os_distro=a b$(id)',
    image,
  ]);
  assert.deepEqual(wordsOf(unset ?? ''), ['image', 'unset', '--tag', 'x y', image]);
  assert.match(glance ?? '', /image-tag-delete/);
  assert.deepEqual(JSON.parse(wordsOf(curl)[wordsOf(curl).indexOf('-d') + 1] ?? ''), {
    name,
    properties: { os_distro: 'a b$(id)' },
  });
});

test('says nothing where a program has no word for it', () => {
  const { openstack, glance, curl } = equivalentsOf({ kind: 'verify-copy', image, store: 'fast' }, base);
  assert.equal(openstack, null);
  assert.equal(glance, null);
  assert.match(curl, /\/locations\/fast\/verify/);
});

test('passes the filters of the page on', () => {
  const { openstack, glance, curl } = equivalentsOf(
    {
      kind: 'list-images',
      filters: { visibility: 'public', tag: 'golden,lts', sort: 'name', dir: 'asc', q: 'ubuntu' },
    },
    base,
  );
  assert.deepEqual(wordsOf(openstack ?? ''), [
    'image',
    'list',
    '--long',
    '--public',
    '--tag',
    'golden',
    '--tag',
    'lts',
    '--sort',
    'name:asc',
  ]);
  assert.ok(wordsOf(glance ?? '').includes('--include-stores'));
  const url = new URL(wordsOf(curl).at(-1) ?? '');
  assert.equal(url.searchParams.get('q'), 'ubuntu');
  assert.equal(url.searchParams.get('tag'), 'golden,lts');
});

test('never writes a password into a command', () => {
  const deed: Deed = { kind: 'sign-in', user: 'maria', project: 'platform' };
  const { openstack, curl } = equivalentsOf(deed, base);
  assert.match(openstack ?? '', /read -rs OS_PASSWORD/);
  assert.match(curl, /"password":"…"/);
});

test('signs in where the users are kept', () => {
  const identity = {
    mode: 'keystone',
    auth_url: 'https://keystone.example/v3',
    user_domain: 'people',
    project_domain: 'Default',
    system_scope: false,
  } as const;
  const deed: Deed = { kind: 'sign-in', user: 'maria', project: 'platform', identity };
  const { openstack, curl } = equivalentsOf(deed, base);
  assert.match(openstack ?? '', /OS_AUTH_URL=https:\/\/keystone\.example\/v3/);
  assert.match(openstack ?? '', /OS_USER_DOMAIN_NAME=people OS_PROJECT_DOMAIN_NAME=Default/);
  assert.match(curl, /https:\/\/keystone\.example\/v3\/auth\/tokens/);
  const system = equivalentsOf({ ...deed, identity: { ...identity, system_scope: true } }, base);
  assert.match(system.openstack ?? '', /OS_SYSTEM_SCOPE=all/);
  assert.doesNotMatch(system.openstack ?? '', /OS_PROJECT/);
});

test('makes a person with a role, without a password in the command', () => {
  const project = { id: 'f00d', name: 'my platform' };
  const deed: Deed = { kind: 'create-person', name: 'maria', email: '', project, role: 'member' };
  const { openstack, glance, curl } = equivalentsOf(deed, base);
  const lines = (openstack ?? '')
    .split('\nopenstack')
    .map((line, i) => (i === 0 ? line : `openstack${line}`));
  assert.deepEqual(lines.map(wordsOf), [
    ['user', 'create', '--password-prompt', '--project', 'my platform', 'maria'],
    ['role', 'add', '--user', 'maria', '--project', 'my platform', 'member'],
  ]);
  assert.equal(glance, null);
  assert.match(curl, /"password":"…"/);
  assert.match(curl, /projects\/f00d\/users\/\$USER_ID\/roles\/member"$/);
});

test('gives and takes a role', () => {
  const user = { id: 'beef', name: 'maria' };
  const project = { id: 'f00d', name: 'platform' };
  const given = equivalentsOf({ kind: 'give-role', user, project, role: 'reader' }, base);
  assert.deepEqual(wordsOf(given.openstack ?? ''), [
    'role',
    'add',
    '--user',
    'maria',
    '--project',
    'platform',
    'reader',
  ]);
  const taken = equivalentsOf({ kind: 'take-role', user, project, role: 'reader' }, base);
  assert.deepEqual(wordsOf(taken.curl).slice(0, 2), ['-X', 'DELETE']);
  assert.equal(wordsOf(taken.curl).at(-1), `${base}/identity/v3/projects/f00d/users/beef/roles/reader`);
});
