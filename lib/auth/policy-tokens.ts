import { ExpressionError } from './expression-error.ts';

/** `column` counts from 1. */
export type Token =
  | { kind: 'and' | 'or' | 'not' | '(' | ')' | '@' | '!'; column: number }
  | {
      kind: 'check';
      left: string;
      right: string;
      /** `left` stood in quotes: it is compared as it is. */
      isLiteral: boolean;
      column: number;
    };

const pieces = [
  { pattern: /^[()@!]/, make: (text: string): Bare => ({ kind: text as '(' }) },
  {
    pattern: /^(and|or|not)(?=[\s()]|$)/i,
    make: (text: string): Bare => ({ kind: text.toLowerCase() as 'and' }),
  },
  {
    pattern: /^(?:'([^']*)'|"([^"]*)"|([A-Za-z_][\w.-]*)):(%\([^)]*\)s|'[^']*'|"[^"]*"|[^\s()'"]+)/,
    make: (_text: string, parts: RegExpExecArray): Bare => {
      const literal = parts[1] ?? parts[2];
      return {
        kind: 'check',
        left: literal ?? parts[3] ?? '',
        right: (parts[4] ?? '').replace(/^(['"])(.*)\1$/, '$2'),
        isLiteral: literal !== undefined,
      };
    },
  },
] as const;
type Bare = Token extends infer Each ? (Each extends Token ? Omit<Each, 'column'> : never) : never;

/** Throws `ExpressionError` where no token begins. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const blank = /^\s+/.exec(rest)?.[0].length ?? 0;
    if (blank > 0) {
      at += blank;
      continue;
    }
    const column = at + 1;
    const found = readOne(rest);
    if (found === null) {
      throw new ExpressionError(
        `"${/^\S+/.exec(rest)?.[0] ?? ''}" is no check: write for example role:member, rule:other or 'public':%(visibility)s.`,
        column,
      );
    }
    tokens.push({ ...found.token, column });
    at += found.length;
  }
  return tokens;
}

function readOne(rest: string): { token: Bare; length: number } | null {
  for (const { pattern, make } of pieces) {
    const parts = pattern.exec(rest);
    if (parts !== null) return { token: make(parts[0], parts), length: parts[0].length };
  }
  return null;
}
