import { findPolicyProblems } from '#lib/auth/policy-set.ts';
import type { ConfigDocument } from './document.ts';
import { nearest } from './nearest.ts';

const example = `Write for example "role:admin or (role:member and project_id:%(project_id)s)".`;

/** Reports what is wrong with the rules that the file changes. */
export function checkPolicy(policy: Readonly<Record<string, string>>, document: ConfigDocument): void {
  for (const { rule, message, given, known = [] } of findPolicyProblems(policy)) {
    const hint = given === undefined ? undefined : nearest(given, known);
    // Long lists of rules help nobody; of the few checks and values all are named.
    const choice = known.length > 0 && known.length < 12 ? `Known here are: ${known.join(', ')}.` : example;
    document.report(['policy', rule], message, hint ? `Did you mean ${hint}?` : choice);
  }
}
