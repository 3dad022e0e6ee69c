import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';

export interface DatabaseListeners {
  onAfterCommitFailure?: (error: unknown) => void;
  onConnectionError?: (error: unknown) => void;
}

/**
 * Opens what the configuration names and brings its schema to what this code needs. The driver of the other database is
 * never loaded: that of PostgreSQL and its queue take some MiB.
 */
export async function openDatabase(
  config: DatabaseConfig,
  { onAfterCommitFailure, onConnectionError }: DatabaseListeners = {},
): Promise<Database> {
  const migrationsDirectory = fileURLToPath(new URL(`../../drizzle/${config.kind}`, import.meta.url));
  if (config.kind === 'sqlite') {
    const { openSqlite } = await import('./sqlite.ts');
    return openSqlite({ file: config.path, migrationsDirectory, onAfterCommitFailure });
  }
  const { openPostgres } = await import('./postgres.ts');
  const { url, poolSize } = config;
  return await openPostgres({ url, poolSize, migrationsDirectory, onAfterCommitFailure, onConnectionError });
}
