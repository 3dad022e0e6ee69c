import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { Environment } from './environment.ts';
import { systemCode, type ConfigProblem } from './problems.ts';

export type KeyPath = readonly (string | number)[];

/** stowage.yaml as plain values, and where each of them stands. */
export interface ConfigDocument {
  readonly file: string;
  readonly values: unknown;
  /** Tells what is wrong at a key; a missing key is placed at the nearest one above it. */
  report(key: KeyPath, message: string, remedy: string): void;
  /** The value as it is written, before `${NAME}` was replaced; undefined for a mapping or list. */
  written(key: KeyPath): unknown;
  has(key: KeyPath): boolean;
  /** The file's own directory: relative paths in it count from here. */
  readonly directory: string;
}

/** Null when the file cannot be read or is no YAML; the problems say why. */
export function readDocument(
  file: string,
  env: Environment,
  problems: ConfigProblem[],
): ConfigDocument | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    problems.push({
      source: file,
      line: 1,
      key: 'the file',
      message: `It cannot be read: ${systemCode(error)}.`,
      remedy: 'Name a file that is there and that this user may read in STOWAGE_CONFIG.',
    });
    return null;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const before = problems.length;
  const found = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  const firstBreak = found.find((error) => error.code !== 'DUPLICATE_KEY');
  for (const error of found) {
    // After the first break the parser has lost its place, and what it says of the rest is noise.
    if (error.code !== 'DUPLICATE_KEY' && error !== firstBreak) continue;
    const position = lines.linePos(error.pos[0]);
    problems.push({ source: file, line: position.line, column: position.col, ...syntaxAdvice(error.code) });
  }
  if (problems.length === before)
    reportAliases(document, (offset, advice) => {
      const { line, col: column } = lines.linePos(offset);
      problems.push({ source: file, line, column, ...advice });
    });
  if (problems.length > before) return null;

  const written = document.clone();
  const result: ConfigDocument = {
    file,
    directory: path.dirname(file),
    values: null,
    report(key, message, remedy) {
      const { line, col } = lines.linePos(offsetOf(written, key));
      problems.push({ source: file, line, column: col, key: keyName(key), message, remedy });
    },
    written(key) {
      const node = written.getIn(key, true);
      return isScalar(node) ? node.value : undefined;
    },
    has: (key) => written.hasIn(key),
  };
  replaceVariables(document, env, result);
  return { ...result, values: document.toJS() };
}

/** What the parser finds out about `*name` only when it makes values, and then without saying where. */
function reportAliases(
  document: Document,
  report: (offset: number, advice: Pick<ConfigProblem, 'key' | 'message' | 'remedy'>) => void,
): void {
  let isWhole = true;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return;
      isWhole = false;
      report(node.range?.[0] ?? 0, syntaxAdvice('BAD_ALIAS'));
    },
  });
  if (!isWhole) return;
  try {
    document.toJS();
  } catch {
    report(0, {
      key: 'the file',
      message: 'Its aliases (*name) repeat one another far too often.',
      remedy: 'Write the values out.',
    });
  }
}

/** `stores[0].options.path`. */
export function keyName(key: KeyPath): string {
  const text = key.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

/** The parser's own messages may quote the source, and with it a secret; so they are said again from their code. */
function syntaxAdvice(code: string): Pick<ConfigProblem, 'key' | 'message' | 'remedy'> {
  const key = 'the file';
  switch (code) {
    case 'DUPLICATE_KEY':
      return {
        key,
        message: 'This key stands twice in the same mapping.',
        remedy: 'Remove one of the two.',
      };
    case 'TAB_AS_INDENT':
      return { key, message: 'A tab indents this line.', remedy: 'Indent with spaces.' };
    case 'BAD_INDENT':
      return {
        key,
        message: 'This line is indented unlike its siblings.',
        remedy: 'Indent it like the key above it.',
      };
    case 'MULTIPLE_DOCS':
      return { key, message: 'There is a second document.', remedy: 'Keep one, without ---.' };
    case 'BAD_ALIAS':
      return {
        key,
        message: 'A value that begins with * refers to an anchor that is not there.',
        remedy: 'Put the value in quotes.',
      };
    case 'BAD_SCALAR_START':
    case 'BAD_DQ_ESCAPE':
      return {
        key,
        message: 'This value has characters that mean something else in YAML.',
        remedy: "Put the value in single quotes: 'value'.",
      };
    default:
      return {
        key,
        message: 'This is not valid YAML from here on.',
        remedy:
          'Check the indentation, the colon and space after each key, that brackets and quotes close, and put a ${NAME} within { } in quotes.',
      };
  }
}

/** Replaces `${NAME}` in values, never in keys; `$${NAME}` stands for the text itself. */
function replaceVariables(document: Document, env: Environment, target: ConfigDocument): void {
  visit(document, {
    Scalar(position, node, ancestors) {
      if (position === 'key' || typeof node.value !== 'string') return;
      const key = keyOf(ancestors as readonly unknown[], position, node);
      node.value = node.value.replace(
        /(\$?)\$\{([^}]*)\}/g,
        (match: string, escape: string, name: string) => {
          if (escape) return match.slice(1);
          if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
            target.report(
              key,
              'A variable is written ${NAME}, with letters, digits and _.',
              'For the text itself write $${.',
            );
            return match;
          }
          const value = env[name];
          if (value !== undefined) return value;
          target.report(
            key,
            `The environment has no variable ${name}.`,
            `Set ${name}, or write $\${ for the text itself.`,
          );
          return match;
        },
      );
    },
  });
}

function keyOf(ancestors: readonly unknown[], position: unknown, node: unknown): (string | number)[] {
  const key: (string | number)[] = [];
  const chain = [...ancestors, node];
  for (const [index, ancestor] of ancestors.entries()) {
    const child = chain[index + 1];
    if (isSeq(ancestor)) key.push(ancestor.items.indexOf(child as Node));
    else if (isMap(ancestor)) {
      const pair = ancestor.items.find((item) => item === child);
      if (isScalar(pair?.key)) key.push(String(pair.key.value));
    }
  }
  return key;
}

/** Where a key stands in the text, or the nearest one above it. */
function offsetOf(document: Document, key: KeyPath): number {
  for (let length = key.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(key.slice(0, length - 1), true);
    const last = key[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
      if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    if (isSeq(parent) && typeof last === 'number') {
      const item = parent.items[last] as Node | undefined;
      if (item?.range) return item.range[0];
    }
  }
  return document.contents?.range?.[0] ?? 0;
}
