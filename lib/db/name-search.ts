/**
 * Searching for a part of a name, the one thing for which the databases have engines of their own: the trigram
 * tokenizer of SQLite's FTS5 (table `name_parts`, kept by triggers) and pg_trgm's index. Both find three characters
 * and more; less is looked for at the beginning of names, by the index on them.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** Shorter parts are in too many names, and in no index. */
const indexedCharacters = 3;
/** Of a long part; more of them find nothing better. */
const trigramLimit = 24;
/** How far a trigram is looked into to see how rare it is. */
const sampledEntries = 200;
const rarestTrigrams = 3;

/** How names and parts of them are compared: without case, by JavaScript's rules, because SQLite folds ASCII alone. */
export function toSearchText(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** A condition over `images`. */
export function nameMatches(q: Queries, part: string): SQL {
  const text = toSearchText(part);
  const begins = Array.from(text).length < indexedCharacters;
  return sql`${q.tables.images.search_name} like ${`${begins ? '' : '%'}${escapeLike(text)}%`} escape '\\'`;
}

/** A query for the ids of all images that match, and perhaps of some more; null: none can match. */
export async function findByName(q: Queries, part: string): Promise<SQL | null> {
  const text = toSearchText(part);
  if (Array.from(text).length < indexedCharacters) return nameBegins(q, part);
  if (q.dialect === 'postgres') {
    return sql`select id from images where search_name like ${`%${escapeLike(text)}%`}`;
  }
  const trigrams = await chooseTrigrams(q, text);
  if (trigrams === null) return null;
  return sql`select image_numbers.image_id as id from name_parts cross join image_numbers
    where name_parts match ${trigrams.map(quote).join(' AND ')} and image_numbers.number = name_parts.rowid`;
}

/** The index is on names as they are written, so every way to write so few characters is asked for. */
function nameBegins(q: Queries, part: string): SQL {
  const { images } = q.tables;
  const ranges = writings(part).map(
    (writing) =>
      sql`select id from images where ${images.sort_name} >= ${writing} and ${images.sort_name} < ${after(writing)}`,
  );
  return sql.join(ranges, sql` union all `);
}

function writings(part: string): string[] {
  const ways = Array.from(part.normalize('NFC')).map((character) => [
    ...new Set([character, character.toLowerCase(), character.toUpperCase()]),
  ]);
  return ways.reduce<string[]>(
    (begun, next) => begun.flatMap((text) => next.map((character) => text + character)),
    [''],
  );
}

/** The first text behind all that begin so. */
function after(text: string): string {
  return `${text}\u{10ffff}`;
}

/**
 * FTS5 reads the whole lists of all that it is asked for, and some trigrams are in every other name: so only for the
 * rarest. Null: one is in no name at all.
 */
async function chooseTrigrams(q: Queries, text: string): Promise<string[] | null> {
  const characters = Array.from(text).slice(0, trigramLimit + indexedCharacters - 1);
  const trigrams = [
    ...new Set(
      characters
        .slice(0, 1 - indexedCharacters)
        .map((_, i) => characters.slice(i, i + indexedCharacters).join('')),
    ),
  ];
  const judged: { trigram: string; entries: number }[] = [];
  for (const trigram of trigrams) {
    const entries = await estimateEntries(q, trigram);
    if (entries === 0) return null;
    judged.push({ trigram, entries });
  }
  judged.sort((a, b) => a.entries - b.entries);
  return judged.slice(0, rarestTrigrams).map(({ trigram }) => trigram);
}

/**
 * How many entries there are is not kept, but how close together the first and the last of them are tells it well
 * enough. Of both ends, because names hold dates: what is in those of one year is in none of the years before.
 */
async function estimateEntries(q: Queries, trigram: string): Promise<number> {
  const sample = async (direction: 'asc' | 'desc') => {
    const [found] = await q.db
      .select({
        entries: sql<number>`count(*)`,
        least: sql<number>`min(number)`,
        most: sql<number>`max(number)`,
      })
      .from(
        sql`(select rowid as number from name_parts where name_parts match ${quote(trigram)}
          order by rowid ${sql.raw(direction)} limit ${sql.raw(String(sampledEntries))})`,
      );
    return found ?? { entries: 0, least: 0, most: 0 };
  };
  const first = await sample('asc');
  if (first.entries < sampledEntries) return first.entries;
  const last = await sample('desc');
  const looked = first.most - first.least + (last.most - last.least);
  return (last.most - first.least) * ((first.entries + last.entries) / looked);
}

function quote(trigram: string): string {
  return `"${trigram.replaceAll('"', '""')}"`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
