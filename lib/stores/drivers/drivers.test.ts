import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { driverFactories } from './factories.ts';
import { driverOptions } from './index.ts';

const here = new URL('.', import.meta.url);
const folders = (await readdir(here, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

test('each driver has a folder, options and a way to be opened', async () => {
  assert.deepEqual(Object.keys(driverOptions).sort(), folders);
  assert.deepEqual(Object.keys(driverFactories).sort(), folders);
  for (const open of Object.values(driverFactories)) assert.equal(typeof (await open()), 'function');
});

for (const folder of folders) {
  test(`${folder} runs the conformance suite`, async () => {
    const tests = (await readdir(new URL(`${folder}/`, here))).filter((name) => name.endsWith('.test.ts'));
    const texts = await Promise.all(
      tests.map((name) => readFile(new URL(`${folder}/${name}`, here), 'utf8')),
    );
    assert.ok(
      texts.some((text) => /^\s*describeStoreConformance\(/m.test(text)),
      `no test in drivers/${folder} calls describeStoreConformance`,
    );
  });

  test(`${folder} names its secrets, paths and examples among its options`, () => {
    const { schema, secretKeys, pathKeys, examples } = driverOptions[folder as keyof typeof driverOptions];
    const known = Object.keys((schema as unknown as { shape: Record<string, unknown> }).shape);
    for (const key of [...secretKeys, ...pathKeys, ...Object.keys(examples)])
      assert.ok(known.includes(key), key);
    assert.deepEqual(Object.keys(examples).sort(), known.sort(), 'every key has an example');
  });

  test(`${folder} imports no other driver, no database and no configuration`, async () => {
    for (const name of await readdir(new URL(`${folder}/`, here))) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const text = await readFile(new URL(`${folder}/${name}`, here), 'utf8');
      for (const [, imported = ''] of text.matchAll(/from '([^']+)'/g)) {
        assert.doesNotMatch(
          imported,
          /#lib\/(db|config|services|runtime|http)|#lib\/stores\/drivers/,
          `${name}: ${imported}`,
        );
        assert.doesNotMatch(
          imported,
          /^\.\.\/(?!\.\.\/)/,
          `${name} reaches into another driver: ${imported}`,
        );
      }
    }
  });
}
