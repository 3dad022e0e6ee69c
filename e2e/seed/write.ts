import type { Batch } from './images.ts';
import { seedPostgres } from './postgres.ts';
import { seedSqlite } from './sqlite.ts';

/** Into the database of this URL (as in STOWAGE_DATABASE_URL, or the path of a file), which is migrated and not in use. */
export async function writeRows(database: string, batches: Iterable<Batch>): Promise<void> {
  if (/^postgres(ql)?:/.test(database)) await seedPostgres(database, batches);
  else seedSqlite(database.replace(/^sqlite:/, ''), batches);
}
