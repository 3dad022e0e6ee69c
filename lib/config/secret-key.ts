import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from './problems.ts';

/**
 * The key that was made at the first start, or a new one. Written whole under another name and linked, so that a
 * worker that starts beside the server reads the same key and never half of one.
 */
export function keptSecretKey(dataDirectory: string): string {
  const keyPath = path.join(dataDirectory, 'secret.key');
  const kept = read(keyPath);
  if (kept !== null) return kept;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const attempt = `${keyPath}.${randomBytes(4).toString('hex')}`;
  writeFileSync(attempt, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(attempt, keyPath);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(attempt);
  }
  return readFileSync(keyPath, 'utf8').trim();
}

function read(keyPath: string): string | null {
  try {
    return readFileSync(keyPath, 'utf8').trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
