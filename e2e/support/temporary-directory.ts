import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Anything with `after`: the context of a test, or the module `node:test` itself for a whole file; that one at the top
 * level of the file only, because what is registered within a `before` hook is run as soon as the hook is over.
 */
export interface Cleanup {
  after(done: () => void | Promise<void>): void;
}

/**
 * A new, empty directory that is removed when the test is over. `parent` chooses the file system (a small tmpfs, say);
 * by default it is TMPDIR's.
 */
export function temporaryDirectory(test: Cleanup, parent: string = tmpdir()): string {
  const directory = mkdtempSync(path.join(parent, 'stowage-test-'));
  test.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return directory;
}
