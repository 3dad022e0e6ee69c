import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireDebian } from '#e2e/support/debian.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { serviceEnvironment, serviceFlags } from './service-flags.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const directory = path.join(root, 'deploy/systemd');

async function findUnits(): Promise<string[]> {
  const units = (await readdir(directory)).filter((name) => name.endsWith('.service'));
  assert.ok(units.length > 0);
  return units;
}

test('the units of systemd tell Node what npm start tells it', async () => {
  const told = serviceFlags.map((flag) =>
    flag.startsWith('file:') ? `./${path.relative(root, fileURLToPath(flag))}` : flag,
  );
  const { NODE_COMPILE_CACHE: _beside, ...memory } = serviceEnvironment;
  const environment = Object.entries(memory).map((entry) => entry.join('='));
  for (const unit of await findUnits()) {
    const text = await readFile(path.join(directory, unit), 'utf8');
    assert.ok(text.includes(`\nEnvironment=${environment.join(' ')}\n`), `${unit}: ${environment.join(' ')}`);
    const calls = text.split('\n').filter((line) => line.startsWith('ExecStart'));
    assert.equal(calls.length, 2, `${unit} compiles and then starts`);
    for (const call of calls)
      assert.ok(call.includes(`/node ${told.join(' ')} lib/cli/`), `${unit} does not say: ${told.join(' ')}`);
    const kept = /^Environment=NODE_COMPILE_CACHE=\/var\/cache\/(.*)$/m.exec(text)?.[1];
    assert.equal(kept, /^CacheDirectory=(.*)$/m.exec(text)?.[1], `${unit} may write what it has compiled`);
  }
});

test('systemd finds nothing wrong with the units', async (t) => {
  if (!(await requireDebian(['systemd'], t)).ok) return;
  const place = temporaryDirectory(t);
  for (const unit of await findUnits()) {
    const text = await readFile(path.join(directory, unit), 'utf8');
    const file = path.join(place, unit);
    await writeFile(file, text.replaceAll('/opt/stowage', path.resolve(root)));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    // What it ignores it only tells, beside what it thinks of other units of this machine.
    const told = stderr.split('\n').filter((line) => line.includes(unit));
    assert.deepEqual({ status, told }, { status: 0, told: [] });
  }
});
