import { eq } from 'drizzle-orm';
import type { Transaction } from '../database.ts';

/** The fingerprint that is kept under this name: the given one if there was none. Of two at once, one is the first. */
export async function keepFingerprint(
  q: Transaction,
  name: string,
  fingerprint: string,
  now: number,
): Promise<string> {
  const { key_fingerprints } = q.tables;
  await q.db.insert(key_fingerprints).values({ name, fingerprint, since: now }).onConflictDoNothing();
  const [kept] = await q.db
    .select({ fingerprint: key_fingerprints.fingerprint })
    .from(key_fingerprints)
    .where(eq(key_fingerprints.name, name));
  if (kept === undefined) throw new Error('the fingerprint was not written');
  return kept.fingerprint;
}

export async function replaceFingerprint(
  q: Transaction,
  name: string,
  fingerprint: string,
  now: number,
): Promise<void> {
  const written = { fingerprint, since: now };
  await q.db
    .insert(q.tables.key_fingerprints)
    .values({ name, ...written })
    .onConflictDoUpdate({ target: q.tables.key_fingerprints.name, set: written });
}
