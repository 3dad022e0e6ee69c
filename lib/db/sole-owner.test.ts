import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { claimDataDirectory } from './sole-owner.ts';

test('one process has a data directory at a time, and a dead one has none', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'lock');
  const other = (ending: string) =>
    execFileSync(process.execPath, [
      '--input-type=module',
      '-e',
      `import { claimDataDirectory } from ${JSON.stringify(import.meta.resolve('./sole-owner.ts'))};
       process.stdout.write(claimDataDirectory(${JSON.stringify(file)}) === null ? 'taken' : 'free'); ${ending}`,
    ]).toString();
  assert.equal(other('process.exit(0)'), 'free');
  const release = claimDataDirectory(file);
  assert.notEqual(release, null);
  assert.equal(other(''), 'taken');
  release?.();
  assert.equal(other(''), 'free');
});
