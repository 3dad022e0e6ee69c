import { StowageError } from '#lib/contract/errors.ts';
import { pageSizeDefault, pageSizeLimit } from '#lib/contract/limits.ts';
import { namespaceSortKeys, type NamespaceSortKey } from '#lib/db/repositories/metadefs.ts';
import type { listNamespaces } from '#lib/services/metadefs/list-namespaces.ts';
import type { TagPageRequest } from '#lib/services/metadefs/list-entries.ts';

/** Parameters that it does not know are no filters and are left alone, as Glance leaves them. */
export function parseNamespaceQuery(query: URLSearchParams): Parameters<typeof listNamespaces>[1] {
  const visibility = query.get('visibility') || null;
  if (visibility !== null && visibility !== 'public' && visibility !== 'private') {
    throw wrong('visibility', `Invalid visibility value: ${visibility}`);
  }
  return {
    visibility,
    resourceTypes: query.get('resource_types')?.split(',') ?? null,
    sortKey: parseSortKey(query, namespaceSortKeys),
    descending: parseDirection(query),
    marker: query.get('marker'),
    limit: Math.min(parseLimit(query, 0) ?? pageSizeDefault, pageSizeLimit),
  };
}

export function parseTagQuery(query: URLSearchParams): TagPageRequest {
  assertVisibility(query);
  return {
    sortKey: parseSortKey(query, ['created_at', 'updated_at', 'name']),
    descending: parseDirection(query),
    marker: query.get('marker'),
    limit: parseLimit(query, 0),
  };
}

/** Glance reads the parameters of a page of objects, and then gives all of them. */
export function assertObjectQuery(query: URLSearchParams): void {
  assertVisibility(query);
  parseDirection(query);
  parseLimit(query, 1);
}

function assertVisibility(query: URLSearchParams): void {
  const visibility = query.get('visibility') || 'public';
  if (!['public', 'private', 'shared'].includes(visibility)) {
    throw wrong('visibility', `Invalid visibility value: ${visibility}`);
  }
}

function parseSortKey<Key extends NamespaceSortKey | TagPageRequest['sortKey']>(
  query: URLSearchParams,
  keys: readonly Key[],
): Key {
  const asked = query.get('sort_key') ?? 'created_at';
  const key = keys.find((known) => known === asked);
  if (key === undefined) {
    throw wrong('sort_key', `Invalid sort key: ${asked}. It is one of: ${keys.join(', ')}.`);
  }
  return key;
}

function parseDirection(query: URLSearchParams): boolean {
  const direction = query.get('sort_dir') ?? 'desc';
  if (direction !== 'asc' && direction !== 'desc') {
    throw wrong('sort_dir', `Invalid sort direction: ${direction}`);
  }
  return direction === 'desc';
}

function parseLimit(query: URLSearchParams, least: number): number | null {
  const text = query.get('limit');
  if (text === null) return null;
  if (!/^[+-]?\d{1,15}$/.test(text.trim())) throw wrong('limit', 'limit param must be an integer');
  const limit = Number(text);
  if (limit < least) throw wrong('limit', 'limit param must be positive');
  return limit;
}

function wrong(field: string, message: string): StowageError {
  return new StowageError('bad_request', message, { field });
}
