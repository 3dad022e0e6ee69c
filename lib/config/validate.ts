import { z } from 'zod';
import { keyName, type ConfigDocument, type KeyPath } from './document.ts';
import { nearest } from './nearest.ts';

/** What a message about a part of the file may know beside its schema. */
export interface PartInfo {
  readonly examples: Readonly<Record<string, string>>;
  /** Names of keys, anywhere in the part, whose values no message shows. */
  readonly secretKeys: readonly string[];
}

/** Checks one part of the file and reports everything that is wrong with it; undefined when something is. */
export function validate<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  document: ConfigDocument,
  part: KeyPath,
  info: PartInfo,
): Output | undefined {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const inner = issue.path.filter((step) => typeof step !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, inner);
      for (const key of issue.keys) reportUnknown(document, [...part, ...inner], key, known, info);
      continue;
    }
    const key = [...part, ...inner];
    const last = key.findLast((step) => typeof step === 'string') ?? keyName(key);
    const found = info.secretKeys.includes(last) ? undefined : document.written(key);
    const message = document.has(key) ? sentence(issue, found) : 'It is missing, and it has no default.';
    document.report(key, message, remedy(issue, found, last, exampleFor(inner, info)));
  }
  return undefined;
}

function reportUnknown(
  document: ConfigDocument,
  parent: KeyPath,
  key: string,
  known: readonly string[],
  info: PartInfo,
): void {
  const candidates = [
    ...known,
    ...known.filter((name) => info.secretKeys.includes(name)).map((name) => `${name}_file`),
  ];
  const hint = nearest(key, candidates);
  document.report(
    [...parent, key],
    `There is no key "${key}" here.`,
    hint ? `Did you mean ${hint}?` : `Remove it; here are known: ${candidates.join(', ')}.`,
  );
}

function exampleFor(inner: KeyPath, info: PartInfo): string | undefined {
  const named = inner.slice(0, inner.findLastIndex((step) => typeof step === 'string') + 1);
  return info.examples[keyName(named).replace(/\[\d+\]/g, '[]')];
}

function remedy(issue: z.core.$ZodIssue, found: unknown, key: string, example: string | undefined): string {
  const hint =
    issue.code === 'invalid_value' && typeof found === 'string' && nearest(found, issue.values.map(String));
  if (hint) return `Did you mean ${hint}?`;
  return example === undefined ? `Give ${key} a value of that kind.` : `Write for example ${key}: ${example}`;
}

function sentence(issue: z.core.$ZodIssue, found: unknown): string {
  const but = found === undefined ? '' : `, found ${show(found)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `Expected ${kinds[issue.expected] ?? issue.expected}${but}.`;
    case 'too_small':
      if (issue.origin === 'string') return 'It must not be empty.';
      return `Expected at least ${issue.minimum}${issue.origin === 'array' ? ' entry' : ''}${but}.`;
    case 'too_big':
      return `Expected at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : but}.`;
    case 'invalid_value':
      return `Expected one of ${issue.values.join(', ')}${but}.`;
    default:
      return `${capitalised(issue.message)}${but}.`;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

/** As it stands in the file: what `${NAME}` brought in is never shown, nor an address that may hold a password. */
function show(value: unknown): string {
  if (typeof value === 'string' && value.includes('@')) return 'something else';
  const text = typeof value === 'string' ? `"${value}"` : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The keys that a strict object allows at a place of the schema. */
function keysAt(schema: z.core.$ZodType, path: KeyPath): string[] {
  let current: z.core.$ZodType = bare(schema);
  for (const step of path) {
    if (current instanceof z.ZodArray) current = bare(current.element);
    else if (current instanceof z.ZodObject) current = bare(current.shape[step]);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** Without the wrappers that defaults and options put around a schema. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodNullable
  ) {
    current = current.def.innerType;
  }
  return current instanceof z.ZodPipe ? bare(current.def.out) : current;
}
