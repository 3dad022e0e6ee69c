import { and, asc, eq } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ApplicationCredentialRow } from '../define-schema.ts';

export async function insertApplicationCredential(
  q: Queries,
  credential: ApplicationCredentialRow,
): Promise<void> {
  await q.db.insert(q.tables.application_credentials).values(credential);
}

export async function findApplicationCredential(
  q: Queries,
  id: string,
): Promise<ApplicationCredentialRow | null> {
  const { application_credentials: table } = q.tables;
  return (await q.db.select().from(table).where(eq(table.id, id)).limit(1))[0] ?? null;
}

export async function findApplicationCredentialByName(
  q: Queries,
  userId: string,
  name: string,
): Promise<ApplicationCredentialRow | null> {
  const { application_credentials: table } = q.tables;
  const rows = await q.db
    .select()
    .from(table)
    .where(and(eq(table.user_id, userId), eq(table.name, name)))
    .limit(1);
  return rows[0] ?? null;
}

export async function listApplicationCredentials(
  q: Queries,
  userId: string,
): Promise<ApplicationCredentialRow[]> {
  const { application_credentials: table } = q.tables;
  return await q.db.select().from(table).where(eq(table.user_id, userId)).orderBy(asc(table.name));
}

/** With the tokens that were made with it. */
export async function deleteApplicationCredential(
  q: Queries,
  { id, user_id }: Pick<ApplicationCredentialRow, 'id' | 'user_id'>,
): Promise<void> {
  const { application_credentials, tokens } = q.tables;
  await q.db.delete(tokens).where(and(eq(tokens.user_id, user_id), eq(tokens.application_credential_id, id)));
  await q.db.delete(application_credentials).where(eq(application_credentials.id, id));
}
