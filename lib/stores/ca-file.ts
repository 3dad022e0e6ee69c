import { readFileSync } from 'node:fs';
import { StoreFault } from './store.ts';

/** The certificates (PEM) in the file that a store's `ca_file` names. Throws a StoreFault when it cannot be read. */
export function readCaFile(file: string, storeId: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const text = `Store "${storeId}": the file that ca_file names cannot be read.`;
    throw new StoreFault('failed', storeId, text, error, 'Name a file that this user may read.');
  }
}
