import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqlite } from './sqlite.ts';

test('nobody else on the machine reads the database, wherever it lies and whoever made it', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-test-'));
  t.after(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  const file = path.join(directory, 'stowage.db');
  const migrationsDirectory = fileURLToPath(new URL('../../drizzle/sqlite', import.meta.url));
  const modes = () => readdirSync(directory).map((name) => statSync(path.join(directory, name)).mode & 0o777);
  const first = openSqlite({ file, migrationsDirectory });
  assert.deepEqual(modes(), [0o600, 0o600, 0o600]);
  await first.close();
  chmodSync(file, 0o644);
  const again = openSqlite({ file, migrationsDirectory });
  assert.deepEqual(modes(), [0o640, 0o640, 0o640]);
  await again.close();
});
