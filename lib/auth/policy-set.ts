import { ExpressionError } from './expression-error.ts';
import { meets, toCondition, type Condition } from './policy-condition.ts';
import {
  parseExpression,
  type Credentials,
  type Expression,
  type PolicyTarget,
} from './policy-expression.ts';
import { isPolicyRule, policyRules, type PolicyRule } from './policy-rules.ts';

/** The rules as they hold in this installation. Rules of the operator's own are there for others to refer to. */
export interface Policy {
  allows(rule: PolicyRule, credentials: Credentials, target: PolicyTarget): boolean;
  /** What the rule still asks of a target when these credentials ask. */
  conditionOf(rule: PolicyRule, credentials: Credentials): Condition;
  /** By name, for the console; the operator's own last. */
  readonly rules: readonly { name: string; expression: string; isOverridden: boolean }[];
}

export interface PolicyProblem {
  rule: string;
  message: string;
  /** What the mistake may be a misspelling of one of. */
  given?: string | undefined;
  known?: readonly string[];
}

type Overrides = Readonly<Record<string, string>>;

/** Glance's defaults with what `policy:` in stowage.yaml changes; that was checked by {@link findPolicyProblems}. */
export function openPolicy(overrides: Overrides = {}): Policy {
  const expressions = new Map<string, Expression>();
  const texts = expressionsOf(overrides);
  for (const [name, text] of texts) expressions.set(name, parseExpression(text));
  function conditionOf(rule: string, credentials: Credentials): Condition {
    const expression = expressions.get(rule);
    if (expression === undefined) return false;
    return toCondition(expression.node, credentials, (name) => conditionOf(name, credentials));
  }
  return {
    conditionOf,
    allows: (rule, credentials, target) => meets(conditionOf(rule, credentials), target),
    rules: [...texts].map(([name, expression]) => ({
      name,
      expression,
      isOverridden: Object.hasOwn(overrides, name),
    })),
  };
}

/** Everything that is wrong with the operator's expressions; empty when they can be used. */
export function findPolicyProblems(overrides: Overrides): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const texts = expressionsOf(overrides);
  const references = new Map<string, Expression['references']>();
  for (const [name, text] of texts) {
    try {
      references.set(name, parseExpression(text).references);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { message, column, given, known } = error;
      problems.push({ rule: name, message: at(column, message), given, known });
    }
  }
  for (const [rule, found] of references) {
    for (const { name, column } of found) {
      if (texts.has(name)) continue;
      problems.push({
        rule,
        message: at(column, `There is no rule "${name}".`),
        given: name,
        known: [...texts.keys()],
      });
    }
  }
  const usedByOthers = new Set([...references.values()].flat().map(({ name }) => name));
  for (const name of Object.keys(overrides)) {
    // A rule of the operator's own that nothing refers to is a misspelt one, and would leave the default in force.
    if (!isPolicyRule(name) && !usedByOthers.has(name)) {
      problems.push({
        rule: name,
        message: `There is no rule "${name}", and no other rule refers to it.`,
        given: name,
        known: Object.keys(policyRules),
      });
    }
    const circle = findCircle(name, references);
    if (circle !== null) {
      problems.push({ rule: name, message: `It refers to itself: ${circle.join(' → ')}.` });
    }
  }
  return problems;
}

function expressionsOf(overrides: Overrides): Map<string, string> {
  const own = Object.entries(policyRules).map(([name, { expression }]) => [name, expression] as const);
  return new Map<string, string>([...own, ...Object.entries(overrides)]);
}

function findCircle(
  start: string,
  references: ReadonlyMap<string, Expression['references']>,
): string[] | null {
  const seen = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | null => {
    if (path.length > 0 && name === start) return [...path, name];
    if (seen.has(name)) return null;
    seen.add(name);
    for (const next of references.get(name) ?? []) {
      const circle = walk(next.name, [...path, name]);
      if (circle !== null) return circle;
    }
    return null;
  };
  return walk(start, []);
}

function at(column: number, message: string): string {
  return `At character ${column}: ${message}`;
}
