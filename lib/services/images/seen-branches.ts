import type { Actor } from '#lib/auth/actor.ts';
import { conditionOf } from '#lib/auth/policy.ts';
import { substitute, type Condition, type TargetCheck } from '#lib/auth/policy-condition.ts';
import type { ImageCondition } from '#lib/db/repositories/image-condition.ts';
import type { ImageBranch } from '#lib/db/repositories/image-list.ts';

/**
 * The branches as far as the rule `get_image` shows their images to this caller, so that a list holds exactly what can
 * be looked at one by one. With Glance's default it shows all of them, and nothing is added.
 */
export function seenBranches(actor: Actor, branches: readonly ImageBranch[]): ImageBranch[] {
  const rule = conditionOf(actor, 'get_image');
  return branches.flatMap((branch): ImageBranch[] => {
    const only = substitute(rule, (check) => inBranch(check, branch, actor));
    if (typeof only !== 'boolean') return [{ ...branch, only: toImageCondition(only, actor) }];
    return only ? [branch] : [];
  });
}

/** What is known of every image of a branch. */
function inBranch(check: TargetCheck, branch: ImageBranch, actor: Actor): Condition {
  switch (check.key) {
    case 'user_id':
      // No image has one.
      return false;
    case 'project_id':
    case 'owner':
      return branch.kind === 'owner' ? names(check, branch.owner) : check;
    case 'visibility':
      if (branch.kind === 'visibility') return names(check, branch.visibility);
      return branch.kind === 'member' ? names(check, 'shared') : check;
    case 'member_id': {
      const isNamed = names(check, actor.projectId);
      return branch.kind === 'member' || !isNamed ? isNamed : check;
    }
    case 'status':
    case 'protected':
      return check;
  }
}

function names({ values, ignoreCase }: TargetCheck, value: string): boolean {
  return values.includes(ignoreCase ? value.toLowerCase() : value);
}

const columns = {
  project_id: 'owner_id',
  owner: 'owner_id',
  visibility: 'visibility',
  status: 'status',
  protected: 'protected',
} as const;

function toImageCondition(condition: Condition, actor: Actor): ImageCondition {
  if (typeof condition === 'boolean') return condition;
  switch (condition.kind) {
    case 'not':
      return { kind: 'not', condition: toImageCondition(condition.condition, actor) };
    case 'all':
    case 'any':
      return {
        kind: condition.kind,
        conditions: condition.conditions.map((each) => toImageCondition(each, actor)),
      };
    case 'is': {
      const { key, values, ignoreCase } = condition;
      if (key === 'user_id') return false;
      // `inBranch` has left it only where the value is the caller's own project.
      if (key === 'member_id') return { kind: 'member', project: actor.projectId };
      return { kind: 'column', column: columns[key], values, ignoreCase };
    }
  }
}
