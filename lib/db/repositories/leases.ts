import { and, eq, lt, or, sql } from 'drizzle-orm';
import type { Queries, Transaction } from '../database.ts';

/** Takes a named lease for `holder`, if nobody has it or its time is over. The fence of this holding, or null. */
export async function takeLease(
  q: Transaction,
  name: string,
  holder: string,
  seconds: number,
): Promise<number | null> {
  const { leases } = q.tables;
  const now = await q.now();
  const expires_at = now + seconds * 1000;
  const rows = await q.db
    .insert(leases)
    .values({ name, holder, fence: 1, expires_at })
    .onConflictDoUpdate({
      target: leases.name,
      set: { holder, expires_at, fence: sql`${leases.fence} + 1` },
      setWhere: or(lt(leases.expires_at, now), eq(leases.holder, holder)),
    })
    .returning({ fence: leases.fence });
  return rows[0]?.fence ?? null;
}

/** False when somebody else has it by now. */
export async function extendNamedLease(
  q: Queries,
  name: string,
  fence: number,
  seconds: number,
): Promise<boolean> {
  const { leases } = q.tables;
  const rows = await q.db
    .update(leases)
    .set({ expires_at: (await q.now()) + seconds * 1000 })
    .where(and(eq(leases.name, name), eq(leases.fence, fence)))
    .returning({ name: leases.name });
  return rows.length > 0;
}

/** The next one need not wait. Nothing happens when it is somebody else's. */
export async function releaseLease(q: Queries, name: string, fence: number): Promise<void> {
  const { leases } = q.tables;
  await q.db
    .update(leases)
    .set({ expires_at: 0 })
    .where(and(eq(leases.name, name), eq(leases.fence, fence)));
}
