import type { Actions } from '#lib/contract/common.ts';

/**
 * Whether this caller can do it: `true`, a sentence that says why not now, or null when it is not for them at all.
 * Pages leave out what is null, disable with its sentence what is a string.
 */
export function allowed(actions: Actions, name: string): true | string | null {
  return actions[name] ?? null;
}

export function isOffered(actions: Actions, name: string): boolean {
  return allowed(actions, name) !== null;
}

/** The reason for `disabledReason`; undefined when it can be done. */
export function reasonAgainst(actions: Actions, name: string): string | undefined {
  const answer = allowed(actions, name);
  return typeof answer === 'string' ? answer : undefined;
}
