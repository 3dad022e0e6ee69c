import { asc, eq, gt, gte, inArray, lt, max, min } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { EventRow } from '../define-schema.ts';
import { prepared, shapeOf } from '../prepared.ts';

export type NewEvent = Omit<EventRow, 'id'>;

/** Returns its id. */
export async function insertEvent(q: Queries, event: NewEvent): Promise<number> {
  const shape = shapeOf(event);
  const rows = await prepared(q, `insert event ${shape.name}`, () =>
    q.db
      .insert(q.tables.events)
      .values(shape.values as typeof event)
      .returning({ id: q.tables.events.id }),
  ).execute(event);
  const row = rows[0];
  if (row === undefined) throw new Error('the event was not written');
  return row.id;
}

export async function listEventsAfter(q: Queries, id: number, limit: number): Promise<EventRow[]> {
  const { events } = q.tables;
  return await q.db.select().from(events).where(gt(events.id, id)).orderBy(asc(events.id)).limit(limit);
}

/**
 * Ids are given before the commit: on PostgreSQL a row can become visible after one with a higher id. Whoever goes on
 * behind an id looks so far back; a transaction never lasts as long.
 */
export const eventOverlapMilliseconds = 60_000;

/** The id to go on behind so that nothing is missed that became visible after `afterId` was. */
export async function replayFrom(q: Queries, afterId: number, overlapMilliseconds: number): Promise<number> {
  if (q.dialect === 'sqlite') return afterId;
  const { events } = q.tables;
  const [last] = await q.db.select({ at: events.at }).from(events).where(eq(events.id, afterId));
  if (last === undefined) return afterId;
  const rows = await q.db
    .select({ id: min(events.id) })
    .from(events)
    .where(gte(events.at, last.at - overlapMilliseconds));
  return Math.min(afterId, (rows[0]?.id ?? afterId + 1) - 1);
}

export async function findEvents(q: Queries, ids: readonly number[]): Promise<EventRow[]> {
  const { events } = q.tables;
  return await q.db
    .select()
    .from(events)
    .where(inArray(events.id, [...ids]))
    .orderBy(asc(events.id));
}

export async function firstEventId(q: Queries): Promise<number | null> {
  const rows = await q.db.select({ id: min(q.tables.events.id) }).from(q.tables.events);
  return rows[0]?.id ?? null;
}

export async function lastEventId(q: Queries): Promise<number | null> {
  const rows = await q.db.select({ id: max(q.tables.events.id) }).from(q.tables.events);
  return rows[0]?.id ?? null;
}

export async function deleteEventsBefore(q: Queries, at: number): Promise<void> {
  await q.db.delete(q.tables.events).where(lt(q.tables.events.at, at));
}
