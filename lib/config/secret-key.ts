import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from './problems.ts';

const keyPathIn = (dataDirectory: string) => path.join(dataDirectory, 'secret.key');

/** The key that was made at the first start; null before it. */
export function findSecretKey(dataDirectory: string): string | null {
  try {
    return readFileSync(keyPathIn(dataDirectory), 'utf8').trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Makes the key and returns the one that is kept. Written whole under another name and linked, so that a worker that
 * starts beside the server reads the same key and never half of one.
 */
export function makeSecretKeyIn(dataDirectory: string): string {
  const keyPath = keyPathIn(dataDirectory);
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
