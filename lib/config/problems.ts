import path from 'node:path';

/** One thing that is wrong with the configuration. No part of it ever holds the value of a secret. */
export interface ConfigProblem {
  /** Path of the file, or `environment`. */
  readonly source: string;
  /** Counted from 1; absent for the environment. */
  readonly line?: number;
  readonly column?: number;
  /** `stores[0].weight`, or the name of an environment variable. */
  readonly key: string;
  /** What is wrong and what was expected: a sentence. */
  readonly message: string;
  /** What to do: a sentence. */
  readonly remedy: string;
}

const brand = Symbol.for('stowage.config-error');

/** Everything that is wrong, at once. Its message is meant to be printed as it is. */
export class ConfigError extends Error {
  readonly [brand] = true;
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const inOrder = problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
    super(describe(inOrder));
    this.name = 'ConfigError';
    this.problems = inOrder;
  }
}

export function isConfigError(error: unknown): error is ConfigError {
  return typeof error === 'object' && error !== null && brand in error;
}

function describe(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = [`The configuration has ${count}; nothing was started.`];
  for (const problem of problems) {
    lines.push('', `  ${place(problem)}`, `    ${problem.message}`, `    ${problem.remedy}`);
  }
  return lines.join('\n');
}

function place({ source, line, column, key }: ConfigProblem): string {
  if (line === undefined) return `${source}: ${key}`;
  const relative = path.relative(process.cwd(), source);
  const shown = relative.startsWith('..') ? source : relative;
  return `${shown}:${line}${column === undefined ? '' : `:${column}`}: ${key}`;
}

/** `ENOENT` and its like: the message of the error would repeat the path. */
export function systemCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
