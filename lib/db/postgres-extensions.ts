import type pg from 'pg';
import { StowageError } from '../contract/errors.ts';
import { isConnectionLost } from './postgres-errors.ts';

/** In the package postgresql-contrib, which Debian's postgresql contains. */
const trigrams = 'pg_trgm';

/** Searching for a part of a name needs trigrams. Throws `not_supported` when they are not there and cannot be had. */
export async function ensureExtensions(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_extension where extname = $1', [trigrams]);
  if (rowCount !== 0) return;
  try {
    await client.query(`create extension if not exists ${trigrams}`);
  } catch (cause) {
    if (isConnectionLost(cause)) throw cause;
    throw new StowageError(
      'not_supported',
      `PostgreSQL has no trigrams in this database, and does not let Stowage add them: ${(cause as Error).message}.`,
      {
        remedy: `Let an administrator of the database server run: create extension ${trigrams}; (of the package postgresql-contrib).`,
        cause,
      },
    );
  }
}
