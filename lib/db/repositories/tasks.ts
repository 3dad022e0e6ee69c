import { and, asc, desc, eq, inArray, isNotNull, lt, sql, type SQL } from 'drizzle-orm';
import type { TaskStatus, TaskType } from '../../contract/tasks.ts';
import type { Queries } from '../database.ts';
import type { TaskRow } from '../define-schema.ts';
import { prepared } from '../prepared.ts';

/** A unique-key error when another task is at work on the same image. */
export async function insertTask(q: Queries, task: TaskRow): Promise<void> {
  await q.db.insert(q.tables.tasks).values(task);
}

export async function findTask(q: Queries, id: string): Promise<TaskRow | null> {
  const rows = await q.db.select().from(q.tables.tasks).where(eq(q.tables.tasks.id, id)).limit(1);
  return rows[0] ?? null;
}

/** What is at work on an image, or null. */
export async function findActiveTask(q: Queries, imageId: string): Promise<TaskRow | null> {
  const { tasks } = q.tables;
  const rows = await prepared(q, 'active task', () =>
    q.db
      .select()
      .from(tasks)
      // Word for word as its index has it.
      .where(and(eq(tasks.image_id, sql.placeholder('imageId')), sql`status in ('pending', 'processing')`))
      .limit(1),
  ).execute({ imageId });
  return rows[0] ?? null;
}

export type TaskChanges = Partial<Pick<TaskRow, 'status' | 'result' | 'message' | 'expires_at'>> & {
  updated_at: number;
};

export async function updateTask(q: Queries, id: string, changes: TaskChanges): Promise<void> {
  await q.db.update(q.tables.tasks).set(changes).where(eq(q.tables.tasks.id, id));
}

/** The newest first. */
export async function listTasksOfImage(q: Queries, imageId: string, limit: number): Promise<TaskRow[]> {
  const { tasks } = q.tables;
  return await q.db
    .select()
    .from(tasks)
    .where(eq(tasks.image_id, imageId))
    .orderBy(desc(tasks.created_at), desc(tasks.id))
    .limit(limit);
}

export const taskSortKeys = ['created_at', 'updated_at', 'expires_at', 'status', 'type', 'id'] as const;
export type TaskSortKey = (typeof taskSortKeys)[number];

export interface TaskListRequest {
  /** Null: of all projects. */
  ownerId: string | null;
  types: readonly TaskType[] | null;
  statuses: readonly TaskStatus[] | null;
  sort: { key: TaskSortKey; dir: 'asc' | 'desc' };
  /** The last task of the page before. */
  after: TaskRow | null;
  limit: number;
}

/** A page; only the order of creation has an index, because there are no more of them than two days bring. */
export async function listTasks(
  q: Queries,
  { ownerId, types, statuses, sort, after, limit }: TaskListRequest,
): Promise<{ rows: TaskRow[]; more: boolean }> {
  const { tasks } = q.tables;
  const order = sort.dir === 'asc' ? asc : desc;
  // A task that has not ended has no time of expiry; it stands before all others.
  const column = sort.key === 'expires_at' ? sql`coalesce(${tasks.expires_at}, 0)` : tasks[sort.key];
  const conditions: (SQL | undefined)[] = [
    ownerId === null ? undefined : eq(tasks.owner_id, ownerId),
    types === null ? undefined : inArray(tasks.type, [...types]),
    statuses === null ? undefined : inArray(tasks.status, [...statuses]),
    after === null
      ? undefined
      : sql`(${column}, ${tasks.id}) ${sort.dir === 'asc' ? sql`>` : sql`<`} (${after[sort.key] ?? 0}, ${after.id})`,
  ];
  const rows = await q.db
    .select()
    .from(tasks)
    .where(and(...conditions))
    .orderBy(order(column), order(tasks.id))
    .limit(limit + 1);
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

/** Ended tasks whose time is over. Returns how many went. */
export async function deleteExpiredTasks(q: Queries, now: number): Promise<number> {
  const { tasks } = q.tables;
  const gone = await q.db
    .delete(tasks)
    .where(and(isNotNull(tasks.expires_at), lt(tasks.expires_at, now)))
    .returning({ id: tasks.id });
  return gone.length;
}
