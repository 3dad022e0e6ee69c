import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadNativeCalls } from './native-calls.ts';

test('a thousand calls at once all get the answer of the system', async (t) => {
  const native = await loadNativeCalls();
  if (native === null) return t.skip('there are no native calls on this system');
  const directory = await mkdtemp(path.join(tmpdir(), 'stowage-native-'));
  const file = await open(path.join(directory, 'file'), 'w+');
  t.after(async () => {
    await file.close();
    await rm(directory, { recursive: true });
  });
  await file.write(Buffer.alloc(4096, 1));
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => native.seek(file.fd, index % 2 === 0 ? 0 : 5000, 'data')),
  );
  assert.deepEqual(new Set(answers), new Set([0, null]));
});
