import { readMigrationFiles } from 'drizzle-orm/migrator';
import { StowageError } from '../contract/errors.ts';

/** `applied`: the hashes of the migrations that the database remembers. Throws when this code lacks one of them. */
export function assertKnown(applied: readonly string[], migrationsDirectory: string): void {
  const known = new Set(
    readMigrationFiles({ migrationsFolder: migrationsDirectory }).map(({ hash }) => hash),
  );
  if (applied.every((hash) => known.has(hash))) return;
  throw new StowageError(
    'conflict',
    'The database was made ready by a newer version of Stowage than this one.',
    {
      remedy:
        'Start that version or a later one. To go back, restore a backup of the database from before it.',
    },
  );
}
