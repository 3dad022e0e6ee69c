/** Commands as a shell reads them. */

/** The same deed for a shell. Null where a tool has no word for it. */
export interface Equivalents {
  openstack: string | null;
  glance: string | null;
  curl: string;
}

/** What a shell takes as one word. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One option a line, so that it can be read and changed. */
export function command(...words: (string | false | undefined)[]): string {
  return words.filter((word) => typeof word === 'string').join(' \\\n  ');
}

export function curl(
  base: string,
  path: string,
  options: { method?: string; json?: unknown; more?: string[] } = {},
): string {
  return command(
    `curl ${options.method ? `-X ${options.method} ` : ''}-H "X-Auth-Token: $TOKEN"`,
    options.json !== undefined && `-H 'Content-Type: application/json'`,
    options.json !== undefined && `-d ${shellWord(JSON.stringify(options.json))}`,
    ...(options.more ?? []),
    shellWord(`${base}${path}`),
  );
}

/** What the Images API has no word for. */
export function onlyCurl(text: string): Equivalents {
  return { openstack: null, glance: null, curl: text };
}
