import { isMeasured, listMeasuredProjects, listOwners, recountUsage } from '#lib/db/repositories/usage.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

const pageSize = 100;

/**
 * Counts again what every project uses, one project in a transaction. What is used is kept by the transactions that
 * change it, so nothing should differ; what does is corrected and told. Returns how many projects differed.
 */
export async function recountAll(
  { db, log }: Pick<Runtime, 'db' | 'log'>,
  signal?: AbortSignal,
): Promise<number> {
  let count = 0;
  for (const list of [listOwners, listMeasuredProjects]) {
    let after = '';
    for (;;) {
      const page = await list(db.read, after, pageSize);
      for (const projectId of page) {
        if (signal?.aborted) return count;
        const differing = await db.transaction((q) => recountUsage(q, projectId));
        if (differing.length === 0) continue;
        count += 1;
        log.info({ project: projectId, differing }, 'what a project uses was counted anew');
      }
      if (page.length < pageSize) break;
      after = page.at(-1) ?? '';
    }
  }
  return count;
}

/** At the start of a version that counts on a database of one that did not: limits must not begin at nothing used. */
export async function countFirst(runtime: Pick<Runtime, 'db' | 'log'>): Promise<void> {
  if (!(await isMeasured(runtime.db.read))) await recountAll(runtime);
}
