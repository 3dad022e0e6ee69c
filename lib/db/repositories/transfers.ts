import { and, asc, count, desc, eq, gt, inArray, isNull, lt, lte, ne, or, sql, type SQL } from 'drizzle-orm';
import type { TransferState } from '../../contract/transfers.ts';
import type { Queries, Transaction } from '../database.ts';
import type { TransferRow } from '../define-schema.ts';
import { findRow, prepared, shapeOf } from '../prepared.ts';

const open: TransferState[] = ['queued', 'running', 'verifying', 'paused'];
const held: TransferState[] = ['running', 'verifying'];

export async function insertTransfer(q: Transaction, transfer: TransferRow): Promise<void> {
  await q.db.insert(q.tables.transfers).values(transfer);
  if (transfer.state === 'queued') await enqueue(q, transfer.id, transfer.next_attempt_at);
}

/** However a transfer comes to wait, somebody is to take it. */
async function enqueue(q: Transaction, id: string, runAt: number | null | undefined): Promise<void> {
  await q.enqueue({ name: 'transfers', key: `transfer ${id}`, runAt });
}

export async function findTransfer(q: Queries, id: string): Promise<TransferRow | null> {
  return await findRow(q, 'transfer', q.tables.transfers, id);
}

export async function listTransfersOfGroup(q: Queries, groupId: string): Promise<TransferRow[]> {
  const { transfers } = q.tables;
  return await q.db.select().from(transfers).where(eq(transfers.group_id, groupId));
}

/** Not ended: queued, running, verifying, paused. */
export async function listOpenTransfersOfImage(q: Queries, imageId: string): Promise<TransferRow[]> {
  const { transfers } = q.tables;
  return await q.db
    .select()
    .from(transfers)
    .where(and(eq(transfers.image_id, imageId), inArray(transfers.state, open)));
}

/** The newest of an image, ended ones too. */
export async function listTransfersOfImage(
  q: Queries,
  imageId: string,
  limit: number,
): Promise<TransferRow[]> {
  const { transfers } = q.tables;
  return await q.db
    .select()
    .from(transfers)
    .where(eq(transfers.image_id, imageId))
    .orderBy(desc(transfers.created_at), desc(transfers.id))
    .limit(limit);
}

export async function findTransfers(q: Queries, ids: readonly string[]): Promise<TransferRow[]> {
  if (ids.length === 0) return [];
  const { transfers } = q.tables;
  return await q.db
    .select()
    .from(transfers)
    .where(inArray(transfers.id, [...ids]));
}

export type TransferChanges = Partial<
  Omit<TransferRow, 'id' | 'group_id' | 'image_id' | 'target_store' | 'created_at'>
> & { updated_at: number };

/**
 * Writes a transfer. With `fence`, only while the row still bears that number and is not ended: false means that
 * somebody else has it now, or that it is over; nothing was written.
 */
export async function updateTransfer(
  q: Transaction,
  id: string,
  changes: TransferChanges,
  fence?: number,
): Promise<boolean> {
  const { transfers } = q.tables;
  const shape = shapeOf(changes);
  const isHeld =
    fence === undefined
      ? undefined
      : and(eq(transfers.lease_fence, sql.placeholder('#fence')), inArray(transfers.state, held));
  const written = await prepared(q, `update ${isHeld ? 'held ' : ''}transfer ${shape.name}`, () =>
    q.db
      .update(transfers)
      .set(shape.values)
      .where(and(eq(transfers.id, sql.placeholder('#id')), isHeld))
      .returning({ id: transfers.id }),
  ).execute({ ...changes, '#id': id, '#fence': fence });
  if (written.length === 0) return false;
  if (changes.state === 'queued') await enqueue(q, id, changes.next_attempt_at);
  return true;
}

export interface TransferListRequest {
  states: TransferState[] | null;
  imageId: string | null;
  storeId: string | null;
  /** Only of this project; null: of all. */
  projectId: string | null;
  after: { createdAt: number; id: string } | null;
  limit: number;
}

/** Newest first; `more` says whether there is another page. */
export async function listTransfers(
  q: Queries,
  request: TransferListRequest,
): Promise<{ rows: TransferRow[]; more: boolean }> {
  const { transfers } = q.tables;
  const conditions: (SQL | undefined)[] = [
    request.states === null ? undefined : inArray(transfers.state, request.states),
    request.imageId === null ? undefined : eq(transfers.image_id, request.imageId),
    request.projectId === null ? undefined : eq(transfers.project_id, request.projectId),
    request.storeId === null
      ? undefined
      : or(eq(transfers.target_store, request.storeId), eq(transfers.source_store, request.storeId)),
    request.after === null
      ? undefined
      : sql`(${transfers.created_at}, ${transfers.id}) < (${request.after.createdAt}, ${request.after.id})`,
  ];
  const rows = await q.db
    .select()
    .from(transfers)
    .where(and(...conditions))
    .orderBy(desc(transfers.created_at), desc(transfers.id))
    .limit(request.limit + 1);
  return { rows: rows.slice(0, request.limit), more: rows.length > request.limit };
}

/** Waiting and due, or held by a worker whose lease has run out. */
function runnable(q: Queries, now: number): SQL | undefined {
  const { transfers } = q.tables;
  return or(
    and(
      eq(transfers.state, 'queued'),
      or(isNull(transfers.next_attempt_at), lte(transfers.next_attempt_at, now)),
    ),
    and(inArray(transfers.state, held), lt(transfers.lease_expires_at, now)),
  );
}

/** Projects that have something to run, and how much of theirs is running: what fairness needs. */
export async function listRunnableProjects(
  q: Queries,
  now: number,
): Promise<{ projectId: string; running: number }[]> {
  const { transfers } = q.tables;
  const waiting = await q.db
    .selectDistinct({ projectId: transfers.project_id })
    .from(transfers)
    .where(runnable(q, now));
  if (waiting.length === 0) return [];
  const running = await q.db
    .select({ projectId: transfers.project_id, running: count() })
    .from(transfers)
    .where(and(inArray(transfers.state, held), gt(transfers.lease_expires_at, now)))
    .groupBy(transfers.project_id);
  const counts = new Map(running.map((row) => [row.projectId, row.running]));
  return waiting.map(({ projectId }) => ({ projectId, running: counts.get(projectId) ?? 0 }));
}

export async function hasRunnable(q: Queries, now: number): Promise<boolean> {
  const rows = await q.db
    .select({ id: q.tables.transfers.id })
    .from(q.tables.transfers)
    .where(runnable(q, now))
    .limit(1);
  return rows.length > 0;
}

/** The oldest runnable ones of one project, by group and store. */
export async function listRunnable(
  q: Queries,
  now: number,
  projectId: string,
  limit: number,
): Promise<{ groupId: string; targetStore: string }[]> {
  const { transfers } = q.tables;
  return await q.db
    .select({ groupId: transfers.group_id, targetStore: transfers.target_store })
    .from(transfers)
    .where(and(runnable(q, now), eq(transfers.project_id, projectId)))
    .orderBy(asc(transfers.created_at), asc(transfers.id))
    .limit(limit);
}

/** All of a group are of one image. */
export async function findImagesOfGroups(q: Queries, groupIds: readonly string[]): Promise<string[]> {
  const { transfers } = q.tables;
  const rows = await q.db
    .selectDistinct({ imageId: transfers.image_id })
    .from(transfers)
    .where(inArray(transfers.group_id, [...groupIds]));
  return rows.map(({ imageId }) => imageId);
}

export async function listRunnableOfGroups(
  q: Queries,
  now: number,
  groupIds: readonly string[],
): Promise<TransferRow[]> {
  const { transfers } = q.tables;
  return await q.db
    .select()
    .from(transfers)
    .where(and(runnable(q, now), inArray(transfers.group_id, [...groupIds])))
    .orderBy(asc(transfers.created_at), asc(transfers.id));
}

/** How many are held by living leases, by target store. */
export async function countHeldByStore(q: Queries, now: number): Promise<Map<string, number>> {
  const { transfers } = q.tables;
  const rows = await q.db
    .select({ storeId: transfers.target_store, count: count() })
    .from(transfers)
    .where(and(inArray(transfers.state, held), gt(transfers.lease_expires_at, now)))
    .groupBy(transfers.target_store);
  return new Map(rows.map((row) => [row.storeId, row.count]));
}

/** Held ones, dead or alive, for whoever has to judge the leases. */
export async function listHeld(q: Queries): Promise<TransferRow[]> {
  const { transfers } = q.tables;
  return await q.db.select().from(transfers).where(inArray(transfers.state, held));
}

/** Keeps leases alive; returns the ids that are still held by this fence, with what is wished of them. */
export async function extendLease(
  q: Queries,
  id: string,
  holder: string,
  fence: number,
  expiresAt: number,
): Promise<boolean> {
  const { transfers } = q.tables;
  const written = await q.db
    .update(transfers)
    .set({ lease_expires_at: expiresAt })
    .where(
      and(
        eq(transfers.id, id),
        eq(transfers.lease_holder, holder),
        eq(transfers.lease_fence, fence),
        inArray(transfers.state, held),
      ),
    )
    .returning({ id: transfers.id });
  return written.length > 0;
}

/** For the metrics: how many there are that have not ended, by state. */
export async function countOpenByState(q: Queries): Promise<{ state: TransferState; count: number }[]> {
  const { transfers } = q.tables;
  const rows = await q.db
    .select({ state: transfers.state, count: count() })
    .from(transfers)
    .where(inArray(transfers.state, open))
    .groupBy(transfers.state);
  return rows.map((row) => ({ state: row.state, count: row.count }));
}

/** Open transfers whose image does not exist any more. */
export async function listOrphanedTransfers(q: Queries, limit: number): Promise<TransferRow[]> {
  const { transfers, images } = q.tables;
  return await q.db
    .select()
    .from(transfers)
    .where(
      and(
        inArray(transfers.state, open),
        sql`not exists (select 1 from ${images} where ${images.id} = ${transfers.image_id})`,
      ),
    )
    .limit(limit);
}

/**
 * Bytes that are promised to each store and not yet counted there: what copies and uploads will add until their
 * location counts by itself (see `locations.ts`). A failed or paused one keeps its promise: its bytes are still there.
 */
export async function sumReserved(q: Queries): Promise<Map<string, number>> {
  const { locations, transfers, uploads } = q.tables;
  const copies = await q.db
    .select({ storeId: locations.store_id, bytes: sql`sum(${transfers.bytes_total})`.mapWith(Number) })
    .from(locations)
    .innerJoin(transfers, eq(transfers.id, locations.transfer_id))
    .where(and(eq(locations.state, 'writing'), ne(transfers.state, 'canceled')))
    .groupBy(locations.store_id);
  const incoming = await q.db
    .select({
      storeId: locations.store_id,
      bytes: sql`sum(coalesce(${uploads.length_bytes}, ${locations.bytes}))`.mapWith(Number),
    })
    .from(locations)
    .innerJoin(uploads, eq(uploads.id, locations.upload_id))
    .where(eq(locations.state, 'writing'))
    .groupBy(locations.store_id);
  const sums = new Map<string, number>();
  for (const { storeId, bytes } of [...copies, ...incoming]) {
    sums.set(storeId, (sums.get(storeId) ?? 0) + bytes);
  }
  return sums;
}
