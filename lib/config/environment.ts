import { readFileSync } from 'node:fs';
import path from 'node:path';
import { logLevels, type Config, type LogLevel } from './config.ts';
import { escapingRemedy, isPostgresUrl, parseDatabaseUrl, type DatabasePlace } from './database-url.ts';
import { nearest } from './nearest.ts';
import { systemCode, type ConfigProblem } from './problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type EnvironmentValues = Pick<
  Config,
  'host' | 'port' | 'publicUrl' | 'logLevel' | 'dataDirectory' | 'adminPassword' | 'benchmarkWithoutHashes'
> & {
  readonly database: DatabasePlace;
  /** As STOWAGE_CONFIG names it, absolute. */
  readonly file: string | null;
  /** Null: to be read from the data directory, or made there. */
  readonly secretKey: string | null;
};

/** Reads the variables that the contract lists. An empty variable counts as absent. */
export function readEnvironment(env: Environment, cwd: string, problems: ConfigProblem[]): EnvironmentValues {
  const dataDirectory = path.resolve(cwd, plain('STOWAGE_DATA_DIR') ?? 'data');
  const file = plain('STOWAGE_CONFIG');
  return {
    host: plain('HOST') ?? '127.0.0.1',
    port: port(),
    publicUrl: publicUrl(),
    logLevel: logLevel(),
    dataDirectory,
    database: database(),
    adminPassword: secret('STOWAGE_ADMIN_PASSWORD'),
    benchmarkWithoutHashes: plain('STOWAGE_BENCHMARK_WITHOUT_HASHES') === 'true',
    secretKey: secretKey(),
    file: file === null ? null : path.resolve(cwd, file),
  };

  function report(key: string, message: string, remedy: string): void {
    problems.push({ source: 'environment', key, message, remedy });
  }

  function plain(key: string): string | null {
    return env[key] || null;
  }

  function secret(key: string): string | null {
    const fileKey = `${key}_FILE`;
    const direct = plain(key);
    const secretFile = plain(fileKey);
    if (direct !== null && secretFile !== null) {
      report(fileKey, `${key} is given as well, and only one of the two can count.`, 'Unset one of them.');
    }
    if (direct !== null || secretFile === null) return direct;
    try {
      const content = readFileSync(path.resolve(cwd, secretFile), 'utf8').trimEnd();
      if (content === '') report(fileKey, 'The file is empty.', `Write the secret into ${secretFile}.`);
      return content;
    } catch (error) {
      report(
        fileKey,
        `The file ${secretFile} cannot be read: ${systemCode(error)}.`,
        'Name a file that this user may read, or unset the variable.',
      );
      return null;
    }
  }

  function port(): number {
    const text = plain('PORT') ?? '9292';
    const value = Number(text);
    if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
    report('PORT', `Expected a whole number from 0 to 65535, found "${text}".`, 'Set for example PORT=9292.');
    return 0;
  }

  function publicUrl(): string | null {
    const text = plain('STOWAGE_PUBLIC_URL');
    if (text === null) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash) {
      return url.href.replace(/\/+$/, '');
    }
    report(
      'STOWAGE_PUBLIC_URL',
      'Expected an http or https address without user, password, query and fragment.',
      'Set for example STOWAGE_PUBLIC_URL=https://images.example.',
    );
    return null;
  }

  function logLevel(): LogLevel {
    const text = plain('STOWAGE_LOG_LEVEL') ?? 'info';
    const level = logLevels.find((known) => known === text);
    if (level) return level;
    const hint = nearest(text, logLevels);
    report(
      'STOWAGE_LOG_LEVEL',
      `Expected one of ${logLevels.join(', ')}, found "${text}".`,
      hint ? `Did you mean ${hint}?` : 'Set for example STOWAGE_LOG_LEVEL=info.',
    );
    return 'info';
  }

  function database(): DatabasePlace {
    const key = 'STOWAGE_DATABASE_URL';
    const url = secret(key);
    const inDataDirectory = { kind: 'sqlite', path: path.join(dataDirectory, 'stowage.db') } as const;
    if (url === null) return inDataDirectory;
    const place = parseDatabaseUrl(url, cwd);
    if (place !== null) return place;
    report(
      key,
      'Expected postgres://<user>:<password>@<host>/<database> or sqlite:<path of a file>; the value is not shown, it may hold a password.',
      isPostgresUrl(url)
        ? escapingRemedy
        : 'Leave it out for a SQLite file in the data directory, or set for example postgres://stowage@db.example/stowage.',
    );
    return inDataDirectory;
  }

  function secretKey(): string | null {
    const value = secret('STOWAGE_SECRET_KEY');
    if (value === null || value.length >= 32) return value;
    report(
      'STOWAGE_SECRET_KEY',
      'Expected at least 32 characters.',
      'Make one with: openssl rand -hex 32. Or leave it out; one is then made and kept in the data directory.',
    );
    return value;
  }
}
