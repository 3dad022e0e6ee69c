import type { Exchange } from './transcript.ts';

/** One way in which two answers to the same request are not the same. */
export interface Difference {
  /** Its place in the conversation, from 0. */
  readonly index: number;
  readonly request: string;
  /** `status`, `header <name>` or `body.<path>`, where `[]` stands for any place in a list. */
  readonly what: string;
  readonly glance: unknown;
  readonly stowage: unknown;
}

/** A difference that is meant to be. */
export interface AcceptedDifference {
  readonly request: RegExp;
  readonly what: RegExp;
  /** What the two say; absent: whatever it is. A pattern is one for a text. */
  readonly glance?: unknown;
  readonly stowage?: unknown;
  /** Why ours is right, or harmless. */
  readonly reason: string;
  /** What justifies it: a standard, the API reference, a client's source, a decision in this project. */
  readonly source: string;
}

/** Which of the differences nobody accepted, and which acceptances have nothing to accept any more. */
export function judge(
  differences: readonly Difference[],
  accepted: readonly AcceptedDifference[],
): { unaccepted: Difference[]; unused: AcceptedDifference[] } {
  const used = new Set<AcceptedDifference>();
  const unaccepted = differences.filter((difference) => {
    const match = accepted.find((entry) => covers(entry, difference));
    if (match !== undefined) used.add(match);
    return match === undefined;
  });
  return { unaccepted, unused: accepted.filter((entry) => !used.has(entry)) };
}

function covers(entry: AcceptedDifference, { request, what, glance, stowage }: Difference): boolean {
  return (
    entry.request.test(request) &&
    entry.what.test(what) &&
    (!('glance' in entry) || isSame(entry.glance, glance)) &&
    (!('stowage' in entry) || entry.stowage === stowage)
  );
}

function isSame(expected: unknown, found: unknown): boolean {
  return expected instanceof RegExp ? expected.test(String(found)) : expected === found;
}

export function compare(glance: readonly Exchange[], stowage: readonly Exchange[]): Difference[] {
  return glance.flatMap((theirs, index) => {
    const ours = stowage[index];
    const at = { index, request: theirs.request };
    if (ours === undefined) return [{ ...at, what: 'exchange', glance: theirs.status, stowage: undefined }];
    if (ours.request !== theirs.request) {
      return [{ ...at, what: 'request', glance: theirs.request, stowage: ours.request }];
    }
    // Whatever else is different follows from that.
    if (ours.status !== theirs.status) {
      return [{ ...at, what: 'status', glance: theirs.status, stowage: ours.status }];
    }
    const names = new Set([...Object.keys(theirs.headers), ...Object.keys(ours.headers)]);
    return [
      ...[...names]
        .filter((name) => theirs.headers[name] !== ours.headers[name])
        .map((name) => ({
          ...at,
          what: `header ${name}`,
          glance: theirs.headers[name],
          stowage: ours.headers[name],
        })),
      ...compareValues('body', theirs.body, ours.body).map((difference) => ({ ...at, ...difference })),
    ];
  });
}

function compareValues(
  what: string,
  glance: unknown,
  stowage: unknown,
): Pick<Difference, 'what' | 'glance' | 'stowage'>[] {
  if (Object.is(glance, stowage)) return [];
  if (Array.isArray(glance) && Array.isArray(stowage)) {
    const length = Math.max(glance.length, stowage.length);
    return Array.from({ length }, (_, index) =>
      compareValues(`${what}[]`, glance[index], stowage[index]),
    ).flat();
  }
  if (what === 'body.words' && typeof glance === 'string' && typeof stowage === 'string') {
    return stowage.includes(toSaid(glance)) ? [] : [{ what, glance: toSaid(glance), stowage }];
  }
  if (isRecord(glance) && isRecord(stowage)) {
    const names = new Set([...Object.keys(glance), ...Object.keys(stowage)]);
    return [...names].flatMap((name) => compareValues(`${what}.${name}`, glance[name], stowage[name]));
  }
  return [{ what, glance, stowage }];
}

/**
 * What a page of an error says, without what says nothing of it: the words that webob puts before those of Glance, how
 * its library tells what a schema wants, and the full stop. Ours may say more.
 */
function toSaid(words: string): string {
  return words
    .replace(
      /^(Access was denied to this resource\.|There was a conflict when trying to complete your request\.|The Range requested is not available\.) /,
      '',
    )
    .replace(/^(Provided object does not match schema '\w+'): .*$/, '$1')
    .replace(/\.$/, '');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
