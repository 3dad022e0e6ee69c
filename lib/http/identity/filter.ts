/** `?enabled`, `?enabled=true`, `?enabled=1`: everything but these means yes, as in Keystone. */
const falseWords = ['0', 'false', 'no', 'off', 'n', 'f'];

/**
 * The rows that a query asks for: exact, by the attributes that Keystone filters this collection by. What it does not
 * know is left alone, so that clients may send more than there is.
 */
export function filterRows<Row extends object>(
  rows: readonly Row[],
  query: URLSearchParams,
  attributes: readonly (keyof Row & string)[],
): Row[] {
  const wanted = attributes.flatMap((name) => query.getAll(name).map((value) => ({ name, value })));
  return rows.filter((row) => wanted.every(({ name, value }) => isEqual(row[name], value)));
}

function isEqual(attribute: unknown, value: string): boolean {
  if (typeof attribute === 'boolean') return attribute === !falseWords.includes(value.toLowerCase());
  return attribute === value;
}
