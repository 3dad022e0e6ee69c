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

export type TargetKey = (typeof targetKeys)[number];

/** The text behind the colon: as it stands, or a value of the target. */
export type Value = { text: string } | { key: TargetKey };

/** What is compared with the value is on the left of the colon. */
export type Node =
  | { kind: 'constant'; holds: boolean }
  | { kind: 'not'; node: Node }
  | { kind: 'all' | 'any'; nodes: readonly Node[] }
  | { kind: 'rule'; name: string }
  | { kind: 'literal'; text: string; value: Value }
  | { kind: 'role' | 'service_roles' | 'is_admin'; value: Value }
  | { kind: 'credential'; name: 'user_id' | 'project_id' | 'system_scope'; value: Value }
  | { kind: 'boolean'; expected: boolean; value: Value };

export interface Expression {
  node: Node;
  /** Names of rules that it refers to, each with its place. */
  references: readonly { name: string; column: number }[];
}

const credentialKinds = ['user_id', 'project_id', 'system_scope', 'is_admin'] as const;
const targetKeys = [
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
  if (text.trim() === '') return { node: { kind: 'constant', holds: true }, references: [] };
  const parser = new Parser(tokenize(text), text.length + 1);
  const node = parser.parse();
  return { node, references: parser.references };
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

  parse(): Node {
    const node = this.#either();
    const rest = this.#tokens[this.#at];
    if (rest === undefined) return node;
    throw new ExpressionError(
      rest.kind === ')' ? 'This ) closes nothing.' : 'Between two checks stands and or or.',
      rest.column,
    );
  }

  #either(): Node {
    const nodes = [this.#all()];
    while (this.#take('or')) nodes.push(this.#all());
    const [only] = nodes;
    return nodes.length === 1 && only ? only : { kind: 'any', nodes };
  }

  #all(): Node {
    const nodes = [this.#one()];
    while (this.#take('and')) nodes.push(this.#one());
    const [only] = nodes;
    return nodes.length === 1 && only ? only : { kind: 'all', nodes };
  }

  #one(): Node {
    if (this.#take('not')) return { kind: 'not', node: this.#one() };
    const opened = this.#take('(');
    if (opened) {
      const node = this.#either();
      if (!this.#take(')')) throw new ExpressionError('This ( is not closed.', opened.column);
      return node;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new ExpressionError('Here a check is missing.', this.#endColumn);
    this.#at += 1;
    if (token.kind === '@' || token.kind === '!') return { kind: 'constant', holds: token.kind === '@' };
    if (token.kind !== 'check') {
      throw new ExpressionError(`Here a check is missing before ${token.kind}.`, token.column);
    }
    return this.#check(token);
  }

  #check({ left, right, isLiteral, column }: Extract<Token, { kind: 'check' }>): Node {
    const value = valueOf(right, column + left.length + (isLiteral ? 3 : 1));
    if (isLiteral) return { kind: 'literal', text: left, value };
    switch (left) {
      case 'role':
      case 'service_roles':
      case 'is_admin':
        return { kind: left, value };
      case 'rule':
        this.references.push({ name: right, column: column + 'rule:'.length });
        return { kind: 'rule', name: right };
      case 'user_id':
      case 'project_id':
      case 'system_scope':
        return { kind: 'credential', name: left, value };
      case 'True':
      case 'False':
        return { kind: 'boolean', expected: left === 'True', value };
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

function valueOf(text: string, column: number): Value {
  const name = /^%\((.*)\)s$/.exec(text)?.[1];
  if (name === undefined) {
    if (!text.includes('%(')) return { text };
    throw new ExpressionError('A value of the target is written %(name)s, with nothing around it.', column);
  }
  const key = targetKeys.find((candidate) => candidate === name);
  if (key === undefined) {
    throw new ExpressionError(`There is no %(${name})s.`, column, name, targetKeys);
  }
  return { key };
}
