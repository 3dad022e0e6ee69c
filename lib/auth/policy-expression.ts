/**
 * Expressions of policy as operators of OpenStack write them (the language of oslo.policy without checks that call out
 * over HTTP): `role:member and (project_id:%(project_id)s or 'public':%(visibility)s)`, `rule:other`, `@` (always), `!`
 * (never), `not`, parentheses; `and` binds before `or`. An empty expression always holds.
 */
import { ExpressionError } from './expression-error.ts';
import { tokenize, type Token } from './policy-tokens.ts';

/** Who asks. A check whose credential is null never holds. */
export interface Credentials {
  roles: readonly string[];
  service_roles: readonly string[];
  user_id: string | null;
  project_id: string | null;
  /** 'all' for tokens of the whole system. */
  system_scope: string | null;
}

/** What it is asked of. A check that names what is missing or null here never holds. */
export interface PolicyTarget {
  project_id?: string | null;
  owner?: string | null;
  user_id?: string | null;
  /** The caller's own project when an image is shared with it. */
  member_id?: string | null;
  visibility?: string | null;
  status?: string | null;
  protected?: boolean | null;
}

export interface Question {
  credentials: Credentials;
  target: PolicyTarget;
  /** Whether another rule holds for the same question. */
  rule(name: string): boolean;
}

export type Check = (question: Question) => boolean;

export interface Expression {
  holds: Check;
  /** Names of rules that it refers to, each with its place. */
  references: readonly { name: string; column: number }[];
}

export const credentialKinds = ['user_id', 'project_id', 'system_scope', 'is_admin'] as const;
export const targetKeys = [
  'project_id',
  'owner',
  'user_id',
  'member_id',
  'visibility',
  'status',
  'protected',
] as const;

/** Throws {@link ExpressionError}. */
export function parseExpression(text: string): Expression {
  if (text.trim() === '') return { holds: () => true, references: [] };
  const parser = new Parser(tokenize(text), text.length + 1);
  const holds = parser.parse();
  return { holds, references: parser.references };
}

class Parser {
  readonly references: { name: string; column: number }[] = [];
  readonly #tokens: readonly Token[];
  readonly #endColumn: number;
  #at = 0;

  constructor(tokens: readonly Token[], endColumn: number) {
    this.#tokens = tokens;
    this.#endColumn = endColumn;
  }

  parse(): Check {
    const check = this.#either();
    const rest = this.#tokens[this.#at];
    if (rest === undefined) return check;
    throw new ExpressionError(
      rest.kind === ')' ? 'This ) closes nothing.' : 'Between two checks stands and or or.',
      rest.column,
    );
  }

  #either(): Check {
    const checks = [this.#all()];
    while (this.#take('or')) checks.push(this.#all());
    const [only] = checks;
    return checks.length === 1 && only ? only : (question) => checks.some((check) => check(question));
  }

  #all(): Check {
    const checks = [this.#one()];
    while (this.#take('and')) checks.push(this.#one());
    const [only] = checks;
    return checks.length === 1 && only ? only : (question) => checks.every((check) => check(question));
  }

  #one(): Check {
    if (this.#take('not')) {
      const check = this.#one();
      return (question) => !check(question);
    }
    const opened = this.#take('(');
    if (opened) {
      const check = this.#either();
      if (!this.#take(')')) throw new ExpressionError('This ( is not closed.', opened.column);
      return check;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new ExpressionError('Here a check is missing.', this.#endColumn);
    this.#at += 1;
    if (token.kind === '@') return () => true;
    if (token.kind === '!') return () => false;
    if (token.kind !== 'check') {
      throw new ExpressionError(`Here a check is missing before ${token.kind}.`, token.column);
    }
    return this.#check(token);
  }

  #check({ left, right, isLiteral, column }: Extract<Token, { kind: 'check' }>): Check {
    const value = valueOf(right, column + left.length + (isLiteral ? 3 : 1));
    if (isLiteral) return ({ target }) => value(target) === left;
    switch (left) {
      case 'role':
        return ({ credentials, target }) => hasRole(credentials.roles, value(target));
      case 'service_roles':
        return ({ credentials, target }) => hasRole(credentials.service_roles, value(target));
      case 'rule':
        this.references.push({ name: right, column: column + 'rule:'.length });
        return (question) => question.rule(right);
      case 'is_admin':
        return (question) =>
          String(question.rule('context_is_admin')) === value(question.target)?.toLowerCase();
      case 'user_id':
      case 'project_id':
      case 'system_scope':
        return ({ credentials, target }) => {
          const own = credentials[left];
          return own !== null && own !== '' && own === value(target);
        };
      case 'True':
      case 'False':
        return ({ target }) => value(target)?.toLowerCase() === left.toLowerCase();
    }
    throw new ExpressionError(`There is no check "${left}:".`, column, left, [
      'role',
      'rule',
      'service_roles',
      ...credentialKinds,
    ]);
  }

  #take(kind: Token['kind']): Token | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind) return null;
    this.#at += 1;
    return token;
  }
}

function hasRole(roles: readonly string[], wanted: string | null): boolean {
  return wanted !== null && roles.some((role) => role.toLowerCase() === wanted.toLowerCase());
}

/** The text behind the colon: as it stands, or a value of the target. */
function valueOf(text: string, column: number): (target: PolicyTarget) => string | null {
  const key = /^%\((.*)\)s$/.exec(text)?.[1];
  if (key === undefined) {
    if (!text.includes('%(')) return () => text;
    throw new ExpressionError('A value of the target is written %(name)s, with nothing around it.', column);
  }
  const known = targetKeys.find((candidate) => candidate === key);
  if (known === undefined) {
    throw new ExpressionError(`There is no %(${key})s.`, column, key, targetKeys);
  }
  return (target) => {
    const value = target[known];
    return value === undefined || value === null ? null : String(value);
  };
}
