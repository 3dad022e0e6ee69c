import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serviceEnvironment, serviceFlags } from './service-flags.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('the units of systemd tell Node what npm start tells it', async () => {
  const told = serviceFlags.map((flag) =>
    flag.startsWith('file:') ? `./${path.relative(root, fileURLToPath(flag))}` : flag,
  );
  const directory = path.join(root, 'deploy/systemd');
  const units = (await readdir(directory)).filter((name) => name.endsWith('.service'));
  assert.ok(units.length > 0);
  const environment = Object.entries(serviceEnvironment).map((entry) => entry.join('='));
  for (const unit of units) {
    const text = await readFile(path.join(directory, unit), 'utf8');
    assert.ok(text.includes(`\nEnvironment=${environment.join(' ')}\n`), `${unit}: ${environment.join(' ')}`);
    assert.ok(text.includes(`/node ${told.join(' ')} lib/cli/`), `${unit} does not say: ${told.join(' ')}`);
  }
});
