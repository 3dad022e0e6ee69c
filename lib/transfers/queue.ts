/**
 * Which group is to run next. What a transfer has done lies in its own row, so a queue only names groups, each at least
 * once; whoever takes one leases its rows (`lease.ts`), and that alone decides who runs it.
 */
import {
  countHeldByStore,
  listRunnable,
  listRunnableProjects,
  nextDueAt,
} from '#lib/db/repositories/transfers.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { perStoreLimit } from './limits.ts';

export interface TransferQueue {
  /** A group that can run now, fair between projects and within the limits of the stores; null when there is none. */
  nextGroup(): Promise<string | null>;
  /** When the next one becomes due, in milliseconds since the epoch; null when none waits for a time. */
  nextDueAt(): Promise<number | null>;
}

/** So many of a project's oldest are looked at: more only matter when all of these wait for busy stores. */
const lookAhead = 200;

/** In the process, from the rows themselves: for one machine. */
export function openDatabaseQueue(runtime: Runtime): TransferQueue {
  return {
    async nextGroup() {
      const q = runtime.db.read;
      const now = await q.now();
      const projects = await listRunnableProjects(q, now);
      if (projects.length === 0) return null;
      // Whoever has the least running is served first; between equals, by name, so that the order is one.
      projects.sort((a, b) => a.running - b.running || (a.projectId < b.projectId ? -1 : 1));
      const busy = await countHeldByStore(q, now);
      for (const { projectId } of projects) {
        const rows = await listRunnable(q, now, projectId, lookAhead);
        for (const [groupId, group] of Map.groupBy(rows, (row) => row.group_id)) {
          const fits = group.every((row) => (busy.get(row.target_store) ?? 0) < perStoreLimit);
          if (fits) return groupId;
          // Its stores are kept for it: else a group of many stores would wait for ever behind small ones.
          for (const row of group) busy.set(row.target_store, perStoreLimit);
        }
      }
      return null;
    },
    nextDueAt: () => nextDueAt(runtime.db.read, runtime.now()),
  };
}
