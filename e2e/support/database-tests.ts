import { startPostgres } from './postgres.ts';
import { runNodeTests, type NodeTestOptions } from './node-tests.ts';
import { reaches } from './reaches.ts';
import type { Summary } from './summary.ts';

const support = 'lib/db/test-support.ts';

/** Of these files those that open a database through the common support, itself or by way of another one. */
export function testsOfDatabase(root: string, files: readonly string[]): string[] {
  return files.filter((file) => reaches(root, file, (name) => name === support));
}

/** Runs them once more, on a PostgreSQL that is started for it; where there can be none, they are skipped. */
export async function runOnPostgres(options: NodeTestOptions, summary: Summary): Promise<void> {
  const files = [...options.files, ...(options.groups ?? []).flat()];
  if (files.length === 0) return;
  // A killed server still finds what it acknowledged: only a power cut would not leave it.
  const started = await startPostgres({ fsync: 'off', full_page_writes: 'off' });
  if (!started.ok) {
    for (const file of files) {
      summary.skipped.push({ file, title: 'all of it on PostgreSQL', reason: started.reason });
    }
    return;
  }
  Object.assign(process.env, {
    STOWAGE_TEST_DATABASE: 'postgres',
    STOWAGE_TEST_POSTGRES: started.server.url,
  });
  await runNodeTests({ ...options, label: 'on PostgreSQL' }, summary);
  delete process.env.STOWAGE_TEST_DATABASE;
  delete process.env.STOWAGE_TEST_POSTGRES;
  await started.server.remove();
}
