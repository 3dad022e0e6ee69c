/** The query of `GET /v2/images` (filters, sorting, paging) in our words, with Glance's refusals. */
import { z } from 'zod';
import { Visibility } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { pageSizeDefault, pageSizeLimit } from '#lib/contract/limits.ts';
import type {
  ImageFilter,
  ImageListRequest,
  NumberColumn,
  Operator,
  TextColumn,
} from '#lib/services/images/list.ts';
import { splitQuoted } from './quoted-list.ts';

const sortKeys = [
  'name',
  'status',
  'container_format',
  'disk_format',
  'size',
  'id',
  'created_at',
  'updated_at',
] as const;
const SortKey = z.enum(sortKeys);
const SortDir = z.enum(['asc', 'desc']);
const MemberStatus = z.enum(['pending', 'accepted', 'rejected', 'all']);

/** May be given as `in:a,b,"with,comma"`. */
const listable: Record<string, TextColumn> = {
  name: 'name',
  id: 'id',
  status: 'status',
  container_format: 'container_format',
  disk_format: 'disk_format',
};
const textual: Record<string, TextColumn> = {
  owner: 'owner_id',
  checksum: 'md5',
  os_hash_value: 'sha512',
};
const numeric: Record<string, NumberColumn> = {
  size: 'size_bytes',
  virtual_size: 'virtual_size_bytes',
  min_disk: 'min_disk_gib',
  min_ram: 'min_ram_mib',
};
const notFilters = new Set([
  'limit',
  'marker',
  'sort',
  'sort_key',
  'sort_dir',
  'visibility',
  'member_status',
]);

/** Each is a condition of the query, and databases nest them. */
const filterLimit = 100;

export function parseListQuery(query: URLSearchParams): ImageListRequest {
  const visibility = query.get('visibility') || null;
  const memberStatus = MemberStatus.safeParse(query.get('member_status') ?? 'accepted');
  if (!memberStatus.success) throw wrong(`Invalid status: ${query.get('member_status')}`);
  const filters: ImageFilter[] = [];
  if (!query.has('os_hidden')) filters.push({ kind: 'flag', column: 'hidden', value: false });
  for (const [name, value] of query) {
    if (!notFilters.has(name)) filters.push(...toFilters(name, value));
  }
  if (filters.length > filterLimit) throw wrong(`A list takes at most ${filterLimit} filters.`);
  return {
    visibility: visibility === null ? null : toVisibility(visibility),
    memberStatus: memberStatus.data,
    filters,
    sort: toSort(query),
    marker: query.get('marker'),
    limit: toLimit(query.get('limit')),
  };
}

function toVisibility(value: string): ImageListRequest['visibility'] {
  if (value === 'all') return value;
  const parsed = Visibility.safeParse(value);
  if (!parsed.success) throw wrong(`Invalid visibility value: ${value}`);
  return parsed.data;
}

/** Also of the other lists of this API. */
export function toLimit(value: string | null): number {
  if (value === null) return pageSizeDefault;
  if (!/^[+-]?\d+$/.test(value.trim())) throw wrong('limit param must be an integer');
  const limit = Number(value);
  if (limit < 0) throw wrong('limit param must be positive');
  return Math.min(limit, pageSizeLimit);
}

/** A key that is named again sorts nothing more. */
function toSort(query: URLSearchParams): ImageListRequest['sort'] {
  const parts = toSortParts(query);
  return parts.filter(({ key }, index) => parts.findIndex((part) => part.key === key) === index);
}

function toSortParts(query: URLSearchParams): ImageListRequest['sort'] {
  const keys = query.getAll('sort_key');
  const dirs = query.getAll('sort_dir');
  const both = query.get('sort');
  if (both !== null) {
    if (keys.length > 0 || dirs.length > 0) throw wrong('Old and new sorting syntax cannot be combined');
    return both.split(',').map((part) => {
      const [key = '', dir = 'desc'] = part.split(':');
      return { key: toSortKey(key.trim()), dir: toSortDir(dir.trim()) };
    });
  }
  if (dirs.length > 1 && dirs.length !== Math.max(keys.length, 1)) {
    throw wrong('Number of sort dirs does not match the number of sort keys');
  }
  return (keys.length === 0 ? ['created_at'] : keys).map((key, index) => ({
    key: toSortKey(key.trim()),
    dir: toSortDir((dirs.length > 1 ? dirs[index] : dirs[0])?.trim() ?? 'desc'),
  }));
}

function toSortKey(key: string) {
  const parsed = SortKey.safeParse(key);
  if (parsed.success) return parsed.data;
  throw wrong(`Invalid sort key: ${key}. It must be one of the following: ${sortKeys.join(', ')}.`);
}

function toSortDir(dir: string) {
  const parsed = SortDir.safeParse(dir);
  if (!parsed.success) throw wrong(`Invalid sort direction: ${dir}`);
  return parsed.data;
}

function toFilters(name: string, value: string): ImageFilter[] {
  const list = Object.hasOwn(listable, name) ? listable[name] : undefined;
  if (list !== undefined) return [{ kind: 'text', column: list, values: toValues(value) }];
  const text = Object.hasOwn(textual, name) ? textual[name] : undefined;
  if (text !== undefined) return [{ kind: 'text', column: text, values: [value] }];
  if (name === 'created_at' || name === 'updated_at') return toTimeFilters(name, value);
  switch (name) {
    case 'tag':
      return [{ kind: 'tag', tag: value.trim() }];
    case 'protected':
      return [{ kind: 'flag', column: 'protected', value: toFlag(name, value) }];
    case 'os_hidden':
      return [{ kind: 'flag', column: 'hidden', value: toFlag(name, value.toLowerCase()) }];
    // Ours: Glance takes it for a property and finds nothing.
    case 'stores':
      return [{ kind: 'stores', stores: toStores(value) }];
    case 'changes-since':
      throw wrong('The "changes-since" filter is no longer available on v2.');
  }
  return toNumberFilters(name, value) ?? [{ kind: 'property', name, value }];
}

function toStores(value: string): string[] {
  const stores = [...new Set(value.split(',').map((store) => store.trim()))];
  if (stores.length > filterLimit) throw wrong(`A list takes at most ${filterLimit} stores.`);
  return stores;
}

/** `size_min`, `min_ram_max`, … and plain equality. Null: it is not about a number. */
function toNumberFilters(name: string, value: string): ImageFilter[] | null {
  const [, base = '', bound] = /^(.*?)(_min|_max)?$/.exec(name) ?? [];
  const column = Object.hasOwn(numeric, base) ? numeric[base] : undefined;
  if (column === undefined) return null;
  if (!/^-?\d+$/.test(value)) throw wrong('Unable to filter on a range with a non-numeric value.');
  const operator: Operator = bound === '_min' ? 'gte' : bound === '_max' ? 'lte' : 'eq';
  // What lies beyond is as far away as the last that databases take, and no image has either.
  const bounded = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
  return [{ kind: 'number', column, operator, value: bounded }];
}

function toFlag(name: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw wrong(`Invalid value '${value}' for '${name}' filter. Valid values are 'true' or 'false'.`);
}

function toValues(value: string): string[] {
  const { operator, rest } = splitOperator(value, ['in', 'eq', 'neq', 'gt', 'gte', 'lt', 'lte']);
  if (operator === null || operator === 'eq') return [rest];
  if (operator === 'in') return splitQuoted(rest);
  throw wrong(`Unable to filter by unknown operator '${operator}'.`);
}

/** Times are shown in seconds and kept finer: the second that is named is all of it. */
function toTimeFilters(column: 'created_at' | 'updated_at', value: string): ImageFilter[] {
  const { operator, rest } = splitOperator(value, ['gt', 'gte', 'lt', 'lte', 'eq', 'neq']);
  const time = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(rest) ? Date.parse(withZone(rest)) : Number.NaN;
  if (Number.isNaN(time)) {
    throw wrong(`Bad "${column}" query filter format. Use ISO 8601 DateTime notation.`);
  }
  const next = time + 1000;
  const bound = (of: Operator, at: number): ImageFilter => ({
    kind: 'number',
    column,
    operator: of,
    value: at,
  });
  switch (operator ?? 'eq') {
    case 'gt':
      return [bound('gte', next)];
    case 'gte':
      return [bound('gte', time)];
    case 'lt':
      return [bound('lt', time)];
    case 'lte':
      return [bound('lt', next)];
    case 'eq':
      return [bound('gte', time), bound('lt', next)];
    default:
      return [{ kind: 'outside', column, from: time, to: next }];
  }
}

/** Without a zone UTC is meant, where JavaScript would take the server's. */
function withZone(time: string): string {
  return time.includes('T') && !/(Z|[+-]\d{2}:?\d{2})$/.test(time) ? `${time}Z` : time;
}

function splitOperator(value: string, operators: string[]): { operator: string | null; rest: string } {
  const colon = value.indexOf(':');
  const operator = value.slice(0, Math.max(colon, 0));
  return operators.includes(operator)
    ? { operator, rest: value.slice(colon + 1) }
    : { operator: null, rest: value };
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
