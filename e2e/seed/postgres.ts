import pg from 'pg';
import type { Batch } from './images.ts';

/**
 * Writes the rows into a database that a Stowage has migrated. Indexes are dropped and made again at the end, which is
 * several times faster; all of it is one transaction.
 */
export async function seedPostgres(url: string, batches: Iterable<Batch>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`set local maintenance_work_mem = '512MB'`);
    await client.query('set local synchronous_commit = off');
    const later = await takeAway(client);
    for (const batch of batches) {
      for (const [table, rows] of Object.entries(batch)) {
        const columns = Object.keys(rows[0] ?? {}).join(', ');
        if (columns === '') continue;
        await client.query(
          `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", $1)`,
          [JSON.stringify(rows)],
        );
      }
    }
    for (const sql of later) await client.query(sql);
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

async function takeAway(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
     where n.nspname = current_schema() and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}
