import { eq, sql, type Column, type SQL } from 'drizzle-orm';

/**
 * An index entry of PostgreSQL holds 2700 bytes, and a property up to 64 Ki characters: there the index has the
 * beginning of the text (see `beginning` in `columns.ts`), and a condition that shall find it names the beginning too.
 */
const beginningCharacters = 128;

/** In SQL, of a column. */
export function beginningOf(column: Column): SQL {
  return sql`substr(${column}, 1, ${sql.raw(String(beginningCharacters))})`;
}

/** A column of long text equals `value`. */
export function equalsText(column: Column, value: string): SQL {
  const beginning = Array.from(value).slice(0, beginningCharacters).join('');
  return sql`(${beginningOf(column)} = ${beginning} and ${eq(column, value)})`;
}
