/**
 * `npm run migrate-database -- --from sqlite:<file> --to postgres://…`: from one machine to several. The target is
 * better named by STOWAGE_DATABASE_URL or STOWAGE_DATABASE_URL_FILE, because arguments are seen in the list of processes.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readCarryOverPlaces, type CarryOverPlaces } from '#lib/config/carry-over-places.ts';
import { isConfigError } from '#lib/config/problems.ts';
import { isStowageError } from '#lib/contract/errors.ts';
import { carryOver } from '#lib/db/carry-over/carry-over.ts';
import type { TableComparison } from '#lib/db/carry-over/compare.ts';
import { say } from './say.ts';

const usageExitCode = 64;
const configurationExitCode = 78;
const tellEveryMilliseconds = 2_000;

const { file, url } = readPlacesOrExit();
const migrations = (dialect: 'sqlite' | 'postgres') =>
  fileURLToPath(new URL(`../../drizzle/${dialect}`, import.meta.url));

let toldAt = performance.now();
try {
  const comparisons = await carryOver({
    file,
    url,
    migrationsDirectories: { sqlite: migrations('sqlite'), postgres: migrations('postgres') },
    onProgress(table, rows) {
      if (performance.now() - toldAt < tellEveryMilliseconds) return;
      toldAt = performance.now();
      say(`${table}: ${rows} rows so far`);
    },
  });
  process.stdout.write(`${toTable(comparisons)}\n`);
  tellOutcome(comparisons);
} catch (error) {
  if (!isStowageError(error)) throw error;
  say([error.message, error.remedy].filter(Boolean).join('\n'));
  process.exitCode = 1;
}

function readPlacesOrExit(): CarryOverPlaces {
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
    return readCarryOverPlaces(process.env, process.cwd(), values);
  } catch (error) {
    if (isConfigError(error)) {
      say(error.message);
      process.exit(configurationExitCode);
    }
    // Not its message: it repeats the argument, which may hold a password.
    say(
      'Usage: npm run migrate-database -- --from sqlite:<file> --to postgres://<user>@<host>/<database> (each may be left out: then it is STOWAGE_DATA_DIR, and STOWAGE_DATABASE_URL or STOWAGE_DATABASE_URL_FILE)',
    );
    process.exit(usageExitCode);
  }
}

function toTable(comparisons: readonly TableComparison[]): string {
  const lines = [
    ['table', 'SQLite', 'PostgreSQL', 'hash of the rows', ''],
    ...comparisons.map(({ table, source, target, isSame }) => [
      table,
      String(source.rows),
      String(target.rows),
      isSame ? source.hash.slice(0, 16) : `${source.hash.slice(0, 16)} ≠ ${target.hash.slice(0, 16)}`,
      isSame ? 'same' : 'DIFFERENT',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function tellOutcome(comparisons: readonly TableComparison[]): void {
  const different = comparisons.filter(({ isSame }) => !isSame);
  if (different.length > 0) {
    say(
      `Not the same on both sides: ${different.map(({ table }) => table).join(', ')}. Somebody has written to the target meanwhile; see that nothing else uses it, and run this again.`,
    );
    process.exitCode = 1;
    return;
  }
  const rows = comparisons.reduce((sum, { source }) => sum + source.rows, 0);
  say(
    `All ${rows} rows of ${comparisons.length} tables are the same on both sides. Start Stowage with STOWAGE_DATABASE_URL naming the target; every machine needs the secret key in ${path.join(path.dirname(file), 'secret.key')} (STOWAGE_SECRET_KEY_FILE).`,
  );
}
