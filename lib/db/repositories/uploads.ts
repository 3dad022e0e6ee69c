import { and, asc, desc, eq, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { leaseSeconds } from '../../contract/limits.ts';
import type { Queries } from '../database.ts';
import type { UploadRow } from '../define-schema.ts';
import { findRow, insertRow, prepared, updateRow } from '../prepared.ts';

export async function insertUpload(q: Queries, upload: UploadRow): Promise<void> {
  await insertRow(q, 'upload', q.tables.uploads, upload);
}

export async function findUpload(q: Queries, id: string): Promise<UploadRow | null> {
  return await findRow(q, 'upload', q.tables.uploads, id);
}

export async function findUploadsOfImage(q: Queries, imageId: string): Promise<UploadRow[]> {
  return await q.db.select().from(q.tables.uploads).where(eq(q.tables.uploads.image_id, imageId));
}

/** Newest first; `projectId` null lists those of all projects. Plain PUTs are not resumable and not listed. */
export async function listUploads(q: Queries, projectId: string | null, limit: number): Promise<UploadRow[]> {
  const { uploads } = q.tables;
  return await q.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.kind, 'tus'), projectId === null ? undefined : eq(uploads.project_id, projectId)))
    .orderBy(desc(uploads.created_at))
    .limit(limit);
}

export type UploadChanges = Partial<Omit<UploadRow, 'id' | 'image_id' | 'created_at'>> & {
  updated_at: number;
};

/** With `fence`: false when another process holds the upload by now, and nothing was written. */
export async function updateUpload(
  q: Queries,
  id: string,
  changes: UploadChanges,
  fence?: number,
): Promise<boolean> {
  const { uploads } = q.tables;
  const held = fence === undefined ? undefined : { column: uploads.lease_fence, is: fence };
  return await updateRow(q, 'upload', uploads, id, changes, held);
}

/**
 * Takes the upload for `holder` until `expiresAt`, if nobody else has it at `now`. Returns the row with the new fence,
 * which every later write of this holder bears.
 */
export async function leaseUpload(
  q: Queries,
  id: string,
  holder: string,
  now: number,
  expiresAt: number,
  /** Only if it still takes bytes, and the next one there. */
  receivingAt?: number,
): Promise<UploadRow | null> {
  const { uploads } = q.tables;
  const value = sql.placeholder;
  const rows = await prepared(q, `lease upload ${receivingAt !== undefined}`, () =>
    q.db
      .update(uploads)
      .set({
        lease_holder: sql`${value('holder')}`,
        lease_expires_at: sql`${value('expiresAt')}`,
        lease_fence: sql`${uploads.lease_fence} + 1`,
        updated_at: sql`${value('now')}`,
      })
      .where(
        and(
          eq(uploads.id, value('id')),
          receivingAt === undefined
            ? undefined
            : and(eq(uploads.state, 'receiving'), eq(uploads.offset_bytes, value('receivingAt'))),
          or(
            isNull(uploads.lease_holder),
            eq(uploads.lease_holder, value('holder')),
            lt(uploads.lease_expires_at, value('now')),
          ),
        ),
      )
      .returning(),
  ).execute({ id, holder, now, expiresAt, receivingAt });
  return rows[0] ?? null;
}

export async function deleteUploadRow(q: Queries, id: string): Promise<void> {
  await q.db.delete(q.tables.uploads).where(eq(q.tables.uploads.id, id));
}

export async function listExpiredUploads(q: Queries, now: number, limit: number): Promise<UploadRow[]> {
  const { uploads } = q.tables;
  return await q.db
    .select()
    .from(uploads)
    .where(lt(uploads.expires_at, now))
    .orderBy(asc(uploads.expires_at))
    .limit(limit);
}

/** Plain PUTs, staging ones too, whose process is gone: nobody can go on with them. */
export async function listOrphanedUploads(q: Queries, now: number, processId: string): Promise<UploadRow[]> {
  const { uploads } = q.tables;
  const rows = await q.db
    .select()
    .from(uploads)
    .where(
      and(
        ne(uploads.kind, 'tus'),
        eq(uploads.state, 'receiving'),
        or(isNull(uploads.lease_expires_at), lt(uploads.lease_expires_at, now)),
        lt(uploads.updated_at, now - leaseSeconds * 1000),
      ),
    );
  return rows.filter((row) => row.lease_holder !== processId);
}

/** All bytes are durable, and nobody is at work on them. */
export async function listReceivedUploads(q: Queries, now: number): Promise<UploadRow[]> {
  const { uploads } = q.tables;
  return await q.db
    .select()
    .from(uploads)
    .where(
      and(
        inArray(uploads.state, ['receiving', 'checking']),
        eq(uploads.offset_bytes, uploads.length_bytes),
        or(eq(uploads.kind, 'tus'), eq(uploads.state, 'checking')),
        or(isNull(uploads.lease_holder), lt(uploads.lease_expires_at, now)),
      ),
    )
    // Each try moves it to the end, so that some that cannot be finished yet do not keep the others waiting.
    .orderBy(asc(uploads.updated_at))
    .limit(20);
}

/** At the start of the only process: the fences stay, so that a former holder can still write nothing. */
export async function releaseUploadLeases(q: Queries): Promise<void> {
  await q.db.update(q.tables.uploads).set({
    lease_holder: null,
    lease_expires_at: null,
    lease_fence: sql`${q.tables.uploads.lease_fence} + 1`,
  });
}
