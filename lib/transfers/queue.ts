/**
 * Which groups are to run next. What a transfer has done lies in its own row, so a queue only names groups, each at
 * least once; whoever takes one leases its rows (`lease.ts`), and that alone decides who runs it.
 */
import type { Queries } from '#lib/db/database.ts';
import {
  countHeldByStore,
  hasRunnable,
  listRunnable,
  listRunnableProjects,
} from '#lib/db/repositories/transfers.ts';
import { perStoreLimit } from './limits.ts';

export interface TransferQueue {
  /** Whether it is worth a transaction to ask for groups. */
  hasWork(q: Queries, now: number): Promise<boolean>;
  /** At most `count` groups that can run now beside each other, fair between projects and within the limits of the stores. */
  nextGroups(q: Queries, now: number, count: number): Promise<string[]>;
}

/** So many of a project's oldest are looked at: more only matter when all of these wait for busy stores. */
const lookAhead = 200;

/** From the rows themselves. */
export const rowsQueue: TransferQueue = {
  hasWork: hasRunnable,

  async nextGroups(q, now, count) {
    const projects = await listRunnableProjects(q, now);
    if (projects.length === 0) return [];
    const busy = await countHeldByStore(q, now);
    const candidates = new Map<string, Candidate[]>();
    const chosen: string[] = [];
    while (chosen.length < count && projects.length > 0) {
      // Whoever has the least running is served first; between equals, by name, so that the order is one.
      projects.sort((a, b) => a.running - b.running || (a.projectId < b.projectId ? -1 : 1));
      const [project] = projects;
      if (project === undefined) break;
      const waiting = candidates.get(project.projectId) ?? (await listCandidates(q, now, project.projectId));
      candidates.set(project.projectId, waiting);
      const next = takeFirstThatFits(waiting, busy);
      if (next === null) {
        projects.shift();
        continue;
      }
      chosen.push(next.groupId);
      project.running += next.stores.length;
    }
    return chosen;
  },
};

interface Candidate {
  groupId: string;
  stores: string[];
}

async function listCandidates(q: Queries, now: number, projectId: string): Promise<Candidate[]> {
  const rows = await listRunnable(q, now, projectId, lookAhead);
  return [...Map.groupBy(rows, (row) => row.groupId)].map(([groupId, group]) => ({
    groupId,
    stores: group.map((row) => row.targetStore),
  }));
}

/** Takes its places in `busy`. Those before it that do not fit are dropped: they wait for a store. */
function takeFirstThatFits(waiting: Candidate[], busy: Map<string, number>): Candidate | null {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { stores } = next;
    const fits = stores.every((store) => (busy.get(store) ?? 0) < perStoreLimit);
    for (const store of stores) {
      // The stores of one that does not fit are kept for it: else a group of many stores would wait for ever behind small ones.
      busy.set(store, fits ? (busy.get(store) ?? 0) + 1 : perStoreLimit);
    }
    if (fits) return next;
  }
  return null;
}
