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
  nextGroups(q: Queries, now: number, count: number): Promise<Choice>;
}

export interface Choice {
  groupIds: string[];
  /** What runs in each store apart from them. */
  busy: ReadonlyMap<string, number>;
}

/** So many of a project's oldest are looked at; more of them only when all of these wait for busy stores. */
const firstLook = 24;
const lookAhead = 200;

/** From the rows themselves. */
export const rowsQueue: TransferQueue = {
  hasWork: hasRunnable,

  async nextGroups(q, now, count) {
    const projects = await listRunnableProjects(q, now);
    if (projects.length === 0) return { groupIds: [], busy: new Map() };
    const held = await countHeldByStore(q, now);
    const busy = new Map(held);
    const candidates = new Map<string, Candidates>();
    const chosen: string[] = [];
    while (chosen.length < count && projects.length > 0) {
      // Whoever has the least running is served first; between equals, by name, so that the order is one.
      projects.sort((a, b) => a.running - b.running || (a.projectId < b.projectId ? -1 : 1));
      const [project] = projects;
      if (project === undefined) break;
      const waiting = candidates.get(project.projectId) ?? new Candidates(q, now, project.projectId);
      candidates.set(project.projectId, waiting);
      const next = await waiting.takeFirstThatFits(busy);
      if (next === null) {
        projects.shift();
        continue;
      }
      chosen.push(next.groupId);
      project.running += next.stores.length;
    }
    return { groupIds: chosen, busy: held };
  },
};

interface Candidate {
  groupId: string;
  stores: string[];
}

/** Of one project, oldest first. */
class Candidates {
  readonly #q: Queries;
  readonly #now: number;
  readonly #projectId: string;
  readonly #seen = new Set<string>();
  #looked = 0;
  #rows = 0;
  #waiting: Candidate[] = [];

  constructor(q: Queries, now: number, projectId: string) {
    this.#q = q;
    this.#now = now;
    this.#projectId = projectId;
  }

  /** Takes its places in `busy`. Those before it that do not fit are dropped: they wait for a store. */
  async takeFirstThatFits(busy: Map<string, number>): Promise<Candidate | null> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        if (!(await this.#lookFurther())) return null;
        continue;
      }
      const { stores } = next;
      const fits = stores.every((store) => (busy.get(store) ?? 0) < perStoreLimit);
      for (const store of stores) {
        // The stores of one that does not fit are kept for it: else a group of many stores would wait for ever behind small ones.
        busy.set(store, fits ? (busy.get(store) ?? 0) + 1 : perStoreLimit);
      }
      if (fits) return next;
    }
  }

  /** False: there are no more. */
  async #lookFurther(): Promise<boolean> {
    if (this.#looked === lookAhead || this.#rows < this.#looked) return false;
    this.#looked = this.#looked === 0 ? firstLook : lookAhead;
    const rows = await listRunnable(this.#q, this.#now, this.#projectId, this.#looked);
    this.#rows = rows.length;
    // The last one may be here only in part.
    const cut = rows.length === this.#looked && this.#looked < lookAhead ? rows.at(-1)?.groupId : undefined;
    for (const [groupId, group] of Map.groupBy(rows, (row) => row.groupId)) {
      if (this.#seen.has(groupId) || groupId === cut) continue;
      this.#seen.add(groupId);
      this.#waiting.push({ groupId, stores: group.map((row) => row.targetStore) });
    }
    return true;
  }
}
