import { assertCanOther } from '#lib/auth/policy.ts';
import type { Visibility } from '#lib/contract/common.ts';
import { hasCode, StowageError } from '#lib/contract/errors.ts';
import type { ImageRow } from '#lib/db/define-schema.ts';
import { imageFilters, type ImageFilter as Filter } from '#lib/db/repositories/image-filters.ts';
import { listImages as listImageRows } from '#lib/db/repositories/image-list.ts';
import { sortValue, type SortPart } from '#lib/db/repositories/image-order.ts';
import type { Queries } from '#lib/db/database.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from './get.ts';
import { seenBranches } from './seen-branches.ts';
import { visibleBranches, type MemberStatus } from './visible-branches.ts';

export type TextColumn = Parameters<typeof imageFilters.column>[1];
export type NumberColumn = Parameters<typeof imageFilters.bound>[1];
export type Operator = Parameters<typeof imageFilters.bound>[2];

/** One condition of a list; all must hold. */
export type ImageFilter =
  | { kind: 'text'; column: TextColumn; values: string[] }
  | { kind: 'number'; column: NumberColumn; operator: Operator; value: number }
  | { kind: 'outside'; column: 'created_at' | 'updated_at'; from: number; to: number }
  | { kind: 'flag'; column: 'protected' | 'hidden'; value: boolean }
  | { kind: 'tag'; tag: string }
  | { kind: 'property'; name: string; value: string }
  | { kind: 'stores'; stores: string[] };

export interface ImageListRequest {
  visibility: Visibility | 'all' | null;
  memberStatus: MemberStatus;
  filters: ImageFilter[];
  sort: SortPart[];
  /** Id of the last image of the page before. */
  marker: string | null;
  limit: number;
}

/** A page of the Images API. `bad_request` for a marker that is no image of this caller's. */
export async function listImages(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  request: ImageListRequest,
): Promise<{ rows: ImageRow[]; more: boolean }> {
  assertCanOther(actor, 'get_images');
  if (request.limit === 0) return { rows: [], more: false };
  const q = runtime.db.read;
  const marker = request.marker === null ? null : await getMarker(q, actor, request.marker);
  const { visibility } = request;
  const filters: ImageFilter[] = [...request.filters];
  if (visibility !== null && visibility !== 'all') {
    filters.push({ kind: 'text', column: 'visibility', values: [visibility] });
  }
  const sortKeys = request.sort.map(({ key }) => key);
  return await listImageRows(q, {
    branches: seenBranches(actor, visibleBranches(actor, visibility, request.memberStatus)),
    // Killed images are never listed, as in Glance.
    filters: [
      imageFilters.notKilled(q),
      ...(visibility === null ? [imageFilters.notOthersCommunity(q, actor.projectId)] : []),
      ...filters.map((filter) => toFilter(q, filter)),
    ],
    sort: request.sort,
    after:
      marker === null
        ? null
        : [...sortKeys.map((key) => sortValue(marker, key)), ...(sortKeys.includes('id') ? [] : [marker.id])],
    limit: request.limit,
  });
}

async function getMarker(q: Queries, actor: Context['actor'], id: string): Promise<ImageRow> {
  try {
    return await getImage(q, actor, id);
  } catch (error) {
    if (hasCode(error, 'not_found')) {
      throw new StowageError('bad_request', `The marker ${id} is no image.`, {
        field: 'marker',
        glance: `No image found with ID ${id}`,
        cause: error,
      });
    }
    throw error;
  }
}

function toFilter(q: Queries, filter: ImageFilter): Filter {
  switch (filter.kind) {
    case 'text':
      return imageFilters.column(q, filter.column, filter.values);
    case 'number':
      return imageFilters.bound(q, filter.column, filter.operator, filter.value);
    case 'outside':
      return imageFilters.outside(q, filter.column, filter.from, filter.to);
    case 'flag':
      return imageFilters.flag(q, filter.column, filter.value);
    case 'tag':
      return imageFilters.tag(q, filter.tag);
    case 'property':
      return imageFilters.property(q, filter.name, filter.value);
    case 'stores':
      return imageFilters.inStores(q, filter.stores);
  }
}
