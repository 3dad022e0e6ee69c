import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  generateDrizzleJson,
  generateMigration,
  generateSQLiteDrizzleJson,
  generateSQLiteMigration,
} from 'drizzle-kit/api';
import { getTableColumns, sql } from 'drizzle-orm';
import { postgresColumns, sqliteColumns } from './columns.ts';
import { defineSchema, type Tables } from './define-schema.ts';
import type { Queries } from './database.ts';
import * as postgresSchema from './schema.postgres.ts';
import * as sqliteSchema from './schema.sqlite.ts';
import { makeTestDatabase, migrationsOf, testDialect } from './test-support.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'stowage-schema-'));
after(() => rmSync(directory, { recursive: true }));

const defined = {
  sqlite: await generateSQLiteDrizzleJson({ ...sqliteSchema }),
  postgres: generateDrizzleJson({ ...postgresSchema }),
};

/** What a column of each kind is called by the two. */
const kinds: Record<string, string> = { text: 'text COLLATE "C"', integer: 'bigint' };

test('every table is among those that migrations are made of', () => {
  assert.deepEqual(Object.keys(sqliteSchema).toSorted(), Object.keys(defineSchema(sqliteColumns)).toSorted());
  assert.deepEqual(
    Object.keys(postgresSchema).toSorted(),
    Object.keys(defineSchema(postgresColumns)).toSorted(),
  );
});

test('both databases have the same tables, columns, keys and indexes', () => {
  const flags = new Set<string>();
  const texts = new Set<string>();
  for (const [table, { columns }] of Object.entries(tablesOf('postgres'))) {
    for (const [name, { type }] of Object.entries(columns)) {
      if (type === 'boolean') flags.add(`${table}.${name}`);
      if (type === 'jsonb') texts.add(`${table}.${name}`);
    }
  }
  const expected = structuredClone(tablesOf('sqlite'));
  for (const [table, { columns }] of Object.entries(expected)) {
    for (const [name, column] of Object.entries(columns)) {
      if (column.autoincrement) column.type = 'bigserial';
      else if (column.type === 'integer' && flags.has(`${table}.${name}`)) column.type = 'boolean';
      else if (column.type === 'text' && texts.has(`${table}.${name}`)) column.type = 'jsonb';
      else column.type = kinds[column.type] ?? `unknown: ${column.type}`;
      column.autoincrement = false;
    }
  }
  // The only index of long text has its beginning there.
  const properties = expected['image_properties']?.indexes['image_properties_name'];
  if (properties) properties.columns = ['name', 'substr("value", 1, 128)', 'image_id'];
  assert.deepEqual(tablesOf('postgres'), expected);
});

test('a flag is a flag and JSON is JSON in both', () => {
  const types = (tables: Tables) =>
    Object.entries(tables).flatMap(([table, columns]) =>
      Object.entries(getTableColumns(columns)).map(
        ([name, { columnType }]) => `${table}.${name} ${columnType}`,
      ),
    );
  const same: [RegExp, string][] = [
    [/ SQLiteText$/, ' PgCustomColumn'],
    [/ SQLiteTextJson$/, ' PgJsonb'],
    [/ SQLiteBoolean$/, ' PgBoolean'],
    [/^events\.id SQLiteInteger$/, 'events.id PgBigSerial53'],
    [/ SQLiteInteger$/, ' PgBigInt53'],
  ];
  const translated = types(defineSchema(sqliteColumns)).map((line) =>
    same.reduce((text, [from, to]) => text.replace(from, to), line),
  );
  assert.deepEqual(types(defineSchema(postgresColumns)), translated);
});

test('what is defined has a migration (else: npm run generate-migrations)', async () => {
  const sqlite = { ...defined.sqlite, internal: undefined };
  assert.deepEqual(await generateSQLiteMigration(lastSnapshot('sqlite'), sqlite as never), []);
  assert.deepEqual(await generateMigration(lastSnapshot('postgres'), defined.postgres), []);
});

test('a migrated database has every column and index that is defined', async () => {
  const database = await makeTestDatabase(directory);
  const db = await database.open();
  try {
    const found = testDialect === 'sqlite' ? await lookAtSqlite(db.read) : await lookAtPostgres(db.read);
    for (const [table, { columns, indexes }] of Object.entries(tablesOf(testDialect))) {
      const expected = Object.entries(columns).map(([name, { type, notNull, autoincrement }]) => {
        const kind = type.replace(' COLLATE "C"', '').replace('bigserial', 'bigint');
        // SQLite's own key column is never null and does not say so.
        return `${table}.${name} ${kind} ${notNull || autoincrement}`;
      });
      const seen = found.columns.filter((line) => line.startsWith(`${table}.`));
      assert.deepEqual(seen.toSorted(), expected.toSorted());
      for (const index of Object.keys(indexes)) assert.ok(found.indexes.has(index), `no index ${index}`);
    }
  } finally {
    await db.close();
    await database.drop();
  }
});

interface Column {
  type: string;
  primaryKey: boolean;
  notNull: boolean;
  autoincrement: boolean;
}

interface Described {
  name: string;
  columns: Record<string, Column & { name: string }>;
  compositePrimaryKeys: Record<string, { columns: string[] }>;
  uniqueConstraints: Record<string, { name: string; columns: string[] }>;
  indexes: Record<
    string,
    { name: string; columns: (string | { expression: string })[]; isUnique: boolean; where?: string }
  >;
}

interface Table {
  columns: Record<string, Column>;
  keys: string[][];
  indexes: Record<string, { columns: string[]; isUnique: boolean; where: string | undefined }>;
}

/** Both of drizzle-kit's descriptions in one form; a unique column is an index in one and a constraint in the other. */
function tablesOf(dialect: 'sqlite' | 'postgres'): Record<string, Table> {
  const tables: Record<string, Table> = {};
  for (const table of Object.values(defined[dialect].tables as unknown as Record<string, Described>)) {
    const described: Table = { columns: {}, keys: [], indexes: {} };
    for (const { name, type, primaryKey, notNull, autoincrement } of Object.values(table.columns)) {
      described.columns[name] = { type, primaryKey, notNull, autoincrement: autoincrement === true };
    }
    for (const { columns } of Object.values(table.compositePrimaryKeys)) described.keys.push(columns);
    for (const { name, columns } of Object.values(table.uniqueConstraints)) {
      described.indexes[name] = { columns, isUnique: true, where: undefined };
    }
    for (const { name, columns, isUnique, where } of Object.values(table.indexes)) {
      const names = columns.map((column) => (typeof column === 'string' ? column : column.expression));
      described.indexes[name] = { columns: names, isUnique, where };
    }
    tables[table.name] = described;
  }
  return tables;
}

function lastSnapshot(dialect: 'sqlite' | 'postgres'): never {
  const meta = path.join(migrationsOf(dialect), 'meta');
  const last = readdirSync(meta)
    .filter((name) => name.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1);
  return JSON.parse(readFileSync(path.join(meta, last ?? ''), 'utf8')) as never;
}

interface Found {
  /** `table.column type isNeverNull` */
  columns: string[];
  indexes: Set<string>;
}

async function lookAtSqlite({ db }: Queries): Promise<Found> {
  const columns = await db.all<{ line: string; key: number }>(sql`
    select t.name || '.' || c.name || ' ' || lower(c.type) || ' ' || iif(c."notnull" or (c.pk and c.type = 'INTEGER'), 'true', 'false') as line
    from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table'`);
  const indexes = await db.all<{ name: string }>(sql`select name from sqlite_master where type = 'index'`);
  return {
    columns: columns.map(({ line }) => line),
    indexes: new Set(indexes.map(({ name }) => name)),
  };
}

async function lookAtPostgres({ db }: Queries): Promise<Found> {
  const postgres = db as unknown as {
    execute(query: ReturnType<typeof sql>): Promise<{ rows: Record<string, string>[] }>;
  };
  const columns = await postgres.execute(sql`
    select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull as line,
      format_type(a.atttypid, a.atttypmod) <> 'text' or l.collname = 'C' as bytewise
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`);
  const indexes = await postgres.execute(
    sql`select indexname as name from pg_indexes where schemaname = 'public'`,
  );
  assert.deepEqual(
    columns.rows.filter(({ bytewise }) => !bytewise).map(({ line }) => line),
    [],
    'text that does not compare bytewise',
  );
  return {
    columns: columns.rows.map(({ line }) => line ?? ''),
    indexes: new Set(indexes.rows.map(({ name }) => name ?? '')),
  };
}
