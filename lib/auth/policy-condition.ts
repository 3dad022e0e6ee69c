/**
 * What is left of a rule once it is known who asks: a condition on the target alone. One meaning for both uses, the
 * judging of one image and the query of a list.
 */
import type { Credentials, Node, PolicyTarget, TargetKey, Value } from './policy-expression.ts';

/** The value of the target under `key` is there and one of these. With `ignoreCase` the values are in lower case. */
export interface TargetCheck {
  kind: 'is';
  key: TargetKey;
  values: readonly string[];
  ignoreCase: boolean;
}

export type Condition =
  | boolean
  | TargetCheck
  | { kind: 'not'; condition: Condition }
  | { kind: 'all' | 'any'; conditions: readonly Condition[] };

/** `rule`: what is left of another rule for the same caller. */
export function toCondition(
  node: Node,
  credentials: Credentials,
  rule: (name: string) => Condition,
): Condition {
  const reduce = (each: Node) => toCondition(each, credentials, rule);
  switch (node.kind) {
    case 'constant':
      return node.holds;
    case 'not':
      return notOf(reduce(node.node));
    case 'all':
      return allOf(node.nodes.map(reduce));
    case 'any':
      return anyOf(node.nodes.map(reduce));
    case 'rule':
      return rule(node.name);
    case 'literal':
      return isOneOf(node.value, [node.text]);
    case 'role':
      return isOneOf(node.value, credentials.roles.map(lower), true);
    case 'service_roles':
      return isOneOf(node.value, credentials.service_roles.map(lower), true);
    case 'boolean':
      return isOneOf(node.value, [String(node.expected)], true);
    case 'is_admin': {
      const isAdmin = rule('context_is_admin');
      return anyOf([
        allOf([isAdmin, isOneOf(node.value, ['true'], true)]),
        allOf([notOf(isAdmin), isOneOf(node.value, ['false'], true)]),
      ]);
    }
    case 'credential': {
      const own = credentials[node.name];
      return own === null || own === '' ? false : isOneOf(node.value, [own]);
    }
  }
}

export function meets(condition: Condition, target: PolicyTarget): boolean {
  if (typeof condition === 'boolean') return condition;
  switch (condition.kind) {
    case 'not':
      return !meets(condition.condition, target);
    case 'all':
      return condition.conditions.every((each) => meets(each, target));
    case 'any':
      return condition.conditions.some((each) => meets(each, target));
    case 'is': {
      const value = target[condition.key];
      if (value === undefined || value === null) return false;
      return condition.values.includes(condition.ignoreCase ? lower(String(value)) : String(value));
    }
  }
}

/** The same condition where `known` says what becomes of its checks. */
export function substitute(condition: Condition, known: (check: TargetCheck) => Condition): Condition {
  if (typeof condition === 'boolean') return condition;
  switch (condition.kind) {
    case 'is':
      return known(condition);
    case 'not':
      return notOf(substitute(condition.condition, known));
    case 'all':
      return allOf(condition.conditions.map((each) => substitute(each, known)));
    case 'any':
      return anyOf(condition.conditions.map((each) => substitute(each, known)));
  }
}

function isOneOf(value: Value, values: readonly string[], ignoreCase = false): Condition {
  if (values.length === 0) return false;
  if ('key' in value) return { kind: 'is', key: value.key, values, ignoreCase };
  return values.includes(ignoreCase ? lower(value.text) : value.text);
}

function notOf(condition: Condition): Condition {
  if (typeof condition === 'boolean') return !condition;
  return condition.kind === 'not' ? condition.condition : { kind: 'not', condition };
}

function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.includes(false)) return false;
  return joined('all', conditions);
}

function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.includes(true)) return true;
  return joined('any', conditions);
}

/** Constants that are left change nothing. */
function joined(kind: 'all' | 'any', conditions: readonly Condition[]): Condition {
  const open = conditions.filter((condition) => typeof condition !== 'boolean');
  const [only] = open;
  if (only === undefined) return kind === 'all';
  return open.length === 1 ? only : { kind, conditions: open };
}

function lower(text: string): string {
  return text.toLowerCase();
}
