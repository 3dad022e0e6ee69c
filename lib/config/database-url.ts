import path from 'node:path';

export type DatabasePlace =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** Where a database is, as STOWAGE_DATABASE_URL says it; null for what says nothing. Relative files count from `cwd`. */
export function parseDatabaseUrl(url: string, cwd: string): DatabasePlace | null {
  if (isPostgresUrl(url)) return URL.canParse(url) ? { kind: 'postgres', url } : null;
  const file = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  return file === undefined ? null : { kind: 'sqlite', path: path.resolve(cwd, file) };
}

/** Also of one that cannot be read: its user or password is then most likely not escaped. */
export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

export const escapingRemedy =
  'Write what is special in an address (#, /, @, %) as %23, %2F, %40, %25 in user and password.';
