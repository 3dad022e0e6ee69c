import { escapingRemedy, isPostgresUrl, parseDatabaseUrl } from './database-url.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { ConfigError, type ConfigProblem } from './problems.ts';

export interface CarryOverPlaces {
  /** Of the SQLite database, absolute. */
  readonly file: string;
  /** Of PostgreSQL; may hold a password. */
  readonly url: string;
}

/**
 * Between which databases `migrate-database` works. Without `from` it is the file in the data directory, without `to`
 * what STOWAGE_DATABASE_URL (or …_FILE) names: an argument is seen by everybody who may list processes. Throws a
 * {@link ConfigError}.
 */
export function readCarryOverPlaces(
  env: Environment,
  cwd: string,
  { from, to }: { from?: string; to?: string },
): CarryOverPlaces {
  const problems: ConfigProblem[] = [];
  const report = (key: string, message: string, remedy: string) =>
    problems.push({ source: 'migrate-database', key, message, remedy });
  // What the variable names counts as the target only.
  const { STOWAGE_DATABASE_URL: _, STOWAGE_DATABASE_URL_FILE: __, ...others } = env;
  const kept = readEnvironment(others, cwd, problems).database;
  const source = from === undefined ? kept : parseDatabaseUrl(from, cwd);
  const target = to === undefined ? readEnvironment(env, cwd, []).database : parseDatabaseUrl(to, cwd);
  if (source?.kind !== 'sqlite') {
    report(
      '--from',
      'Expected sqlite:<path of a file>.',
      'Leave it out for the one in the data directory, or write for example --from sqlite:/var/lib/stowage/stowage.db',
    );
  }
  if (target?.kind !== 'postgres') {
    report(
      to === undefined ? 'STOWAGE_DATABASE_URL' : '--to',
      'Expected postgres://<user>:<password>@<host>/<database>; the value is not shown, it may hold a password.',
      to !== undefined && isPostgresUrl(to)
        ? escapingRemedy
        : 'Name the target with STOWAGE_DATABASE_URL, with STOWAGE_DATABASE_URL_FILE, or, without a password in it, with --to.',
    );
  }
  if (source?.kind !== 'sqlite' || target?.kind !== 'postgres' || problems.length > 0) {
    throw new ConfigError(problems);
  }
  return { file: source.path, url: target.url };
}
