import { StowageError } from '#lib/contract/errors.ts';

/** `a,b,"with,comma"`: values between commas, in double quotes where they hold one. `\"` is a quote inside quotes. */
export function splitQuoted(list: string): string[] {
  const values: string[] = [];
  const part = /"((?:[^"\\]|\\.)*)"(?:,|$)|([^",]*)(?:,|$)/y;
  while (part.lastIndex < list.length) {
    const found = part.exec(list);
    if (found === null) {
      throw new StowageError(
        'bad_request',
        `Invalid filter value ${list}. The quote is not closed, or not alone.`,
      );
    }
    values.push(found[1]?.replace(/\\(.)/g, '$1') ?? found[2] ?? '');
  }
  if (list === '' || list.endsWith(',')) values.push('');
  return values;
}
