/**
 * Both dialects of PATCH: v2.1 is a list of `{op, path, value}`, v2.0 of `{"replace": "/name", "value": …}`. A path
 * names one attribute or property; one deeper is taken for tags, because clients that compute their patch with
 * jsonpatch send `/tags/1`, and for locations (see `location-patch.ts`).
 */
import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { ImageDraft } from '#lib/services/images/draft.ts';
import { assertWritableName } from '#lib/services/images/property-names.ts';
import { isAttribute, removeProperty, setAttribute } from './attributes.ts';

const operations = ['add', 'remove', 'replace'] as const;
type Operation = (typeof operations)[number];

export const patchTypes = [
  'application/openstack-images-v2.0-json-patch',
  'application/openstack-images-v2.1-json-patch',
] as const;
export type PatchType = (typeof patchTypes)[number];

export interface Change {
  operation: Operation;
  path: string[];
  value: unknown;
  /** In v2.0 `add` refuses what is there already. */
  isStrictAdd: boolean;
}

/** Many times what can be changed of an image; each costs as much as the image has properties. */
const changeLimit = 1000;
const Changes = z.array(z.record(z.string(), z.unknown()));

/** The media type without its parameters, when it is one of the two. */
export function toPatchType(contentType: string | null): PatchType | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return patchTypes.find((each) => each === type) ?? null;
}

export function parsePatch(body: unknown, type: PatchType): Change[] {
  if (!Array.isArray(body)) throw wrong('Request body must be a JSON array of operation objects.');
  if (body.length > changeLimit) throw wrong(`A PATCH takes at most ${changeLimit} operations.`);
  const parsed = Changes.safeParse(body);
  if (!parsed.success) throw wrong('Operations must be JSON objects.');
  return parsed.data.map((raw) =>
    type === patchTypes[0] ? parseFirstDialect(raw) : parseSecondDialect(raw),
  );
}

function parseFirstDialect(raw: Record<string, unknown>): Change {
  const given = operations.filter((operation) => Object.hasOwn(raw, operation));
  const [operation] = given;
  if (operation === undefined || given.length > 1) {
    const many = operation === undefined ? 'exactly' : 'only';
    throw wrong(`Operation objects must contain ${many} one member named "add", "remove", or "replace".`);
  }
  return toChange(operation, raw[operation], raw, operation === 'add');
}

function parseSecondDialect(raw: Record<string, unknown>): Change {
  const operation = operations.find((each) => each === raw['op']);
  if (operation === undefined) {
    const found = Object.hasOwn(raw, 'op')
      ? `Invalid operation: \`${String(raw['op'])}\`.`
      : 'Unable to find `op` in JSON Schema change.';
    throw wrong(`${found} It must be one of the following: ${operations.join(', ')}.`);
  }
  if (!Object.hasOwn(raw, 'path')) throw wrong("Unable to find 'path' in JSON Schema change");
  return toChange(operation, raw['path'], raw, false);
}

function toChange(
  operation: Operation,
  pointer: unknown,
  raw: Record<string, unknown>,
  isStrictAdd: boolean,
): Change {
  if (typeof pointer !== 'string') throw wrong('A path must be a string.');
  const path = parsePointer(pointer);
  const [root = '', place] = path;
  if (root !== 'locations') assertWritableName(root);
  const isDeep = root === 'tags' || root === 'locations';
  if (path.length > 2 || (place !== undefined && !(isDeep && /^(-|\d{1,4})$/.test(place)))) {
    throw wrong(`Invalid JSON pointer for this resource: '/${path.join('/')}'`);
  }
  if (operation !== 'remove' && !Object.hasOwn(raw, 'value')) {
    throw wrong(`Operation "${operation}" requires a member named "value".`);
  }
  return { operation, path, value: raw['value'], isStrictAdd };
}

function parsePointer(pointer: string): string[] {
  if (!pointer.startsWith('/')) throw wrong(`Pointer \`${pointer}\` does not start with "/".`);
  if (/\/\s*\//.test(pointer)) throw wrong(`Pointer \`${pointer}\` contains adjacent "/".`);
  if (pointer.length < 2 || pointer.endsWith('/')) throw wrong(`Pointer \`${pointer}\` end with "/".`);
  if (/~(?![01])/.test(pointer)) {
    throw wrong(`Pointer \`${pointer}\` contains "~" not part of a recognized escape sequence.`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').trim());
}

/** The draft after all changes, in their order. */
export function applyPatch(draft: ImageDraft, changes: readonly Change[]): ImageDraft {
  return changes.reduce(applyChange, draft);
}

function applyChange(draft: ImageDraft, { operation, path, value, isStrictAdd }: Change): ImageDraft {
  const [root = '', place] = path;
  if (place !== undefined) return { ...draft, tags: changeTags(draft.tags, operation, place, value) };
  const exists = isAttribute(root) || Object.hasOwn(draft.properties, root);
  if (operation === 'remove') {
    if (isAttribute(root)) throw new StowageError('forbidden', `Property ${root} may not be removed.`);
    if (!exists) throw new StowageError('conflict', `Property ${root} does not exist.`);
    return removeProperty(draft, root);
  }
  if (operation === 'replace' && !exists) {
    throw new StowageError('conflict', `Property ${root} does not exist.`);
  }
  if (isStrictAdd && exists) throw new StowageError('conflict', `Property ${root} already present.`);
  return setAttribute(draft, root, value);
}

function changeTags(tags: readonly string[], operation: Operation, place: string, value: unknown): string[] {
  const index = place === '-' ? tags.length : Number(place);
  const isInside = index < tags.length || (operation === 'add' && index === tags.length);
  if (!isInside) throw wrong(`Invalid JSON pointer for this resource: '/tags/${place}'`);
  if (operation === 'remove') return tags.toSpliced(index, 1);
  if (typeof value !== 'string' || value === '') {
    throw wrong("Provided object does not match schema 'image': a tag must be a string.");
  }
  return tags.toSpliced(index, operation === 'replace' ? 1 : 0, value);
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
