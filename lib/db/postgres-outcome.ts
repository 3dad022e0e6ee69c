/**
 * What became of a transaction whose COMMIT got no answer. `pg_xact_status` knows it by the number of the transaction
 * (https://www.postgresql.org/docs/current/functions-info.html), but a server that crashes gives numbers that it had not
 * written down to others: "committed" may then be said of another one's. "aborted" is right either way: who lost his
 * number has lost his changes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { PostgresChannel } from './postgres-channel.ts';

export type Outcome = 'committed' | 'aborted' | 'unknown';

export interface Begun {
  /** Of `pg_current_xact_id()`. */
  xid: string;
  /** `performance.now()` before it began. */
  at: number;
}

/** A person waits for the answer meanwhile. */
const patienceMilliseconds = 5_000;
const againEveryMilliseconds = 100;
const question = 'select pg_xact_status($1::xid8) as status';
/** invalid_parameter_value: a number that was not given yet, so that of a transaction that a crash has forgotten. */
const isForgotten = (error: unknown) => error instanceof Error && 'code' in error && error.code === '22023';

export async function findOutcome(
  { xid, at }: Begun,
  { pool, channel }: { pool: pg.Pool; channel: PostgresChannel },
): Promise<Outcome> {
  const deadline = performance.now() + patienceMilliseconds;
  do {
    try {
      const before = await channel.askSince<{ status: string | null }>(at, question, [xid]);
      const rows = before ?? (await pool.query<{ status: string | null }>(question, [xid])).rows;
      const status = rows[0]?.status;
      if (status === 'aborted') return 'aborted';
      if (status === 'committed') return before === null ? 'unknown' : 'committed';
      if (status === null) return 'unknown';
    } catch (error) {
      if (isForgotten(error)) return 'aborted';
      // Not there yet: asked again for as long as there is time.
    }
    await delay(againEveryMilliseconds);
  } while (performance.now() < deadline);
  return 'unknown';
}
