import type SQLite from 'better-sqlite3';

const statementLimit = 500;

/**
 * Drizzle prepares a statement for each call; compiling costs more than running most of them. Keeps the compiled ones
 * by their text, the least lately used go first.
 */
export function cacheStatements(connection: SQLite.Database): SQLite.Database {
  const kept = new Map<string, ReusableStatement>();
  const prepare = connection.prepare.bind(connection);
  const prepareOnce = (source: string): ReusableStatement => {
    const statement = kept.get(source) ?? new ReusableStatement(() => prepare(source));
    kept.delete(source);
    kept.set(source, statement);
    if (kept.size > statementLimit) kept.delete(kept.keys().next().value ?? '');
    return statement;
  };
  return Object.assign(connection, { prepare: prepareOnce });
}

/** What Drizzle uses of a statement. `raw()` switches a statement for good, so there are two of each. */
class ReusableStatement {
  readonly #prepare: () => SQLite.Statement;
  readonly #plain: SQLite.Statement;
  #raw: SQLite.Statement | null = null;

  constructor(prepare: () => SQLite.Statement) {
    this.#prepare = prepare;
    this.#plain = prepare();
  }

  raw(): SQLite.Statement {
    this.#raw ??= this.#prepare().raw();
    return this.#raw;
  }

  run(...parameters: unknown[]): SQLite.RunResult {
    return this.#plain.run(...parameters);
  }

  get(...parameters: unknown[]): unknown {
    return this.#plain.get(...parameters);
  }

  all(...parameters: unknown[]): unknown[] {
    return this.#plain.all(...parameters);
  }
}
