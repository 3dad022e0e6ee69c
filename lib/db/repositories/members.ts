import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { Tables } from '../define-schema.ts';

export type MemberRow = Tables['image_members']['$inferSelect'];

export async function findMember(q: Queries, imageId: string, memberId: string): Promise<MemberRow | null> {
  const { image_members } = q.tables;
  const rows = await q.db
    .select()
    .from(image_members)
    .where(and(eq(image_members.image_id, imageId), eq(image_members.member_id, memberId)))
    .limit(1);
  return rows[0] ?? null;
}

export async function listMembers(q: Queries, imageId: string): Promise<MemberRow[]> {
  const { image_members } = q.tables;
  return await q.db
    .select()
    .from(image_members)
    .where(eq(image_members.image_id, imageId))
    .orderBy(asc(image_members.created_at), asc(image_members.member_id));
}

/** Status of one project as a member of each of these images; images that are not shared with it are left out. */
export async function findMemberships(
  q: Queries,
  imageIds: readonly string[],
  memberId: string,
): Promise<Map<string, MemberRow['status']>> {
  if (imageIds.length === 0) return new Map();
  const { image_members } = q.tables;
  const rows = await q.db
    .select({ image_id: image_members.image_id, status: image_members.status })
    .from(image_members)
    .where(and(eq(image_members.member_id, memberId), inArray(image_members.image_id, [...imageIds])));
  return new Map(rows.map((row) => [row.image_id, row.status]));
}

/** A unique-key error when the project is a member already. */
export async function insertMember(q: Queries, member: MemberRow): Promise<void> {
  await q.db.insert(q.tables.image_members).values(member);
}

export async function updateMember(
  q: Queries,
  imageId: string,
  memberId: string,
  changes: Pick<MemberRow, 'status' | 'updated_at'>,
): Promise<void> {
  const { image_members } = q.tables;
  await q.db
    .update(image_members)
    .set(changes)
    .where(and(eq(image_members.image_id, imageId), eq(image_members.member_id, memberId)));
}

export async function deleteMember(q: Queries, imageId: string, memberId: string): Promise<void> {
  const { image_members } = q.tables;
  await q.db
    .delete(image_members)
    .where(and(eq(image_members.image_id, imageId), eq(image_members.member_id, memberId)));
}
