/** A seeded Keystone's data, kept for those that start later: making it takes ten seconds of processor each time. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '#e2e/support/server.ts';
import { programEnvironment } from './program.ts';

const execute = promisify(execFile);
const madeBy = ['keystone.ts', 'keystone-seed.ts', 'keystone-template.ts'];
const parts = ['keystone.db', 'fernet', 'credential'];

/** One for each version of the package and of the code that fills it. */
async function templateDirectory(): Promise<string> {
  const query = ['-W', '-f', '${Version}', 'keystone'];
  const hash = createHash('sha256').update((await execute('/usr/bin/dpkg-query', query)).stdout);
  for (const name of madeBy) hash.update(readFileSync(new URL(name, import.meta.url)));
  return path.join(root, 'node_modules/.cache', `keystone-${hash.digest('hex').slice(0, 16)}`);
}

/** False when nothing is kept yet. `url`: where this one will answer. */
export async function takeTemplate(directory: string, url: string): Promise<boolean> {
  const template = await templateDirectory();
  if (!existsSync(template)) return false;
  for (const part of parts)
    cpSync(path.join(template, part), path.join(directory, part), { recursive: true });
  await sqlite(directory, 'keystone.db', `PRAGMA journal_mode=WAL; UPDATE endpoint SET url = '${url}'`);
  return true;
}

/** Of a Keystone that may be running. */
export async function keepTemplate(directory: string): Promise<void> {
  const template = await templateDirectory();
  const own = `${template}.${randomBytes(4).toString('hex')}`;
  mkdirSync(own, { recursive: true, mode: 0o700 });
  await sqlite(directory, 'keystone.db', `VACUUM INTO '${own}/keystone.db'`);
  for (const part of parts.slice(1)) {
    cpSync(path.join(directory, part), path.join(own, part), { recursive: true });
  }
  try {
    renameSync(own, template);
  } catch (error) {
    // Somebody else was faster.
    if (!/^(ENOTEMPTY|EEXIST)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    rmSync(own, { recursive: true });
  }
}

async function sqlite(directory: string, file: string, statements: string): Promise<void> {
  const args = [path.join(directory, file), statements];
  await execute('/usr/bin/sqlite3', args, { cwd: directory, env: programEnvironment() });
}
