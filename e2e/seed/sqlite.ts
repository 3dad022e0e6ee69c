import SQLite from 'better-sqlite3';
import type { Batch } from './images.ts';

/**
 * Writes the rows into the database of a stopped server. Indexes and triggers are dropped and made again at the end,
 * which is several times faster; a crash in between leaves a file that is good for nothing.
 */
export function seedSqlite(file: string, batches: Iterable<Batch>): void {
  const db = new SQLite(file);
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -1048576');
  const known = db.prepare('select coalesce(max(number), 0) from image_numbers').pluck().get();
  const later = takeAway(db);
  const statements = new Map<string, SQLite.Statement>();
  db.exec('BEGIN');
  for (const batch of batches) {
    for (const [table, rows] of Object.entries(batch)) {
      const columns = Object.keys(rows[0] ?? {});
      if (columns.length === 0) continue;
      const statement =
        statements.get(table) ??
        db.prepare(
          `insert into "${table}" (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
        );
      statements.set(table, statement);
      for (const row of rows as Record<string, unknown>[])
        statement.run(columns.map((column) => toValue(row[column])));
    }
  }
  // What the triggers do, all at once.
  db.exec(`insert into image_numbers (image_id)
    select id from images where id not in (select image_id from image_numbers) order by created_at`);
  db.exec(`insert into name_parts (rowid, name) select number, search_name from image_numbers
    join images on images.id = image_id where number > ${known} order by number`);
  db.exec('COMMIT');
  for (const sql of later) db.exec(sql);
  db.pragma('journal_mode = WAL');
  db.close();
}

function takeAway(db: SQLite.Database): string[] {
  const kept = db
    .prepare(
      "select type, name, sql from sqlite_schema where type in ('index', 'trigger') and sql is not null",
    )
    .all() as { type: string; name: string; sql: string }[];
  for (const { type, name } of kept) db.exec(`drop ${type} "${name}"`);
  return kept.map(({ sql }) => sql);
}

function toValue(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
