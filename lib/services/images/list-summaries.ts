import type { Actor } from '#lib/auth/actor.ts';
import { assertCanOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { ImageList, ImageListQuery } from '#lib/contract/images.ts';
import type { Queries } from '#lib/db/database.ts';
import type { ImageRow } from '#lib/db/define-schema.ts';
import { sumImages } from '#lib/db/repositories/counters.ts';
import { imageFilters, type ImageFilter } from '#lib/db/repositories/image-filters.ts';
import { listImages, type ImageBranch } from '#lib/db/repositories/image-list.ts';
import { sortValue } from '#lib/db/repositories/image-order.ts';
import type { Context } from '#lib/runtime/context.ts';
import { seenBranches } from './seen-branches.ts';
import { toImageSummaries } from './view.ts';
import { visibleBranches } from './visible-branches.ts';

/** A page of the console's list. */
export async function listImageSummaries(
  ctx: Pick<Context, 'runtime' | 'actor'>,
  query: ImageListQuery,
): Promise<ImageList> {
  assertCanOther(ctx.actor, 'get_images');
  const q = ctx.runtime.db.read;
  const whose = branchesOf(ctx.actor, query.tab);
  const branches = seenBranches(ctx.actor, whose);
  const seesAll = branches.length === whose.length && branches.every(({ only }) => only === undefined);
  const { rows, more } = await listImages(q, {
    branches,
    filters: filtersOf(q, ctx.actor, query),
    sort: [{ key: query.sort, dir: query.dir }],
    after: query.cursor === undefined ? null : parseCursor(query.cursor, query),
    limit: query.limit,
  });
  const last = rows.at(-1);
  return {
    images: await toImageSummaries(ctx, rows),
    next_cursor: more && last !== undefined ? toCursor(last, query) : null,
    total: seesAll ? await countAll(q, ctx.actor, query) : null,
  };
}

function branchesOf(actor: Actor, tab: ImageListQuery['tab']): ImageBranch[] {
  switch (tab) {
    case 'all':
    case 'attention':
      return visibleBranches(actor, 'all', 'all');
    case 'project':
      return [{ kind: 'owner', owner: actor.projectId }];
    case 'public':
    case 'community':
      return [{ kind: 'visibility', visibility: tab }];
    case 'shared':
      return [{ kind: 'member', project: actor.projectId, status: 'all' }];
  }
}

function filtersOf(q: Queries, actor: Actor, query: ImageListQuery): ImageFilter[] {
  const filters: ImageFilter[] = [];
  if (!showsHidden(actor, query.tab)) filters.push(imageFilters.flag(q, 'hidden', false));
  if (query.tab === 'attention') filters.push(imageFilters.needsAttention(q));
  const text = query.q?.trim() ?? '';
  if (text !== '') filters.push(imageFilters.search(q, text));
  const stores = splitList(query.store);
  if (stores.length > 0) filters.push(imageFilters.inStores(q, stores));
  for (const column of ['status', 'disk_format', 'visibility'] as const) {
    const values = splitList(query[column]);
    if (values.length > 0) filters.push(imageFilters.column(q, column, values));
  }
  for (const tag of splitList(query.tag)) filters.push(imageFilters.tag(q, tag));
  return filters;
}

/** A hidden image is out of the lists of those whom it is offered to, not of those who look after it. */
function showsHidden(actor: Actor, tab: ImageListQuery['tab']): boolean {
  return actor.administrator || tab === 'project';
}

function splitList(list: string | undefined): string[] {
  return list?.split(',').filter((part) => part !== '') ?? [];
}

/** From the counters, so only where they count exactly what is listed. */
async function countAll(q: Queries, actor: Actor, query: ImageListQuery): Promise<number | null> {
  const { q: text, store, status, disk_format, visibility, tag } = query;
  if ([text, store, status, disk_format, visibility, tag].some((value) => (value ?? '') !== '')) return null;
  if (!showsHidden(actor, query.tab)) return null;
  switch (query.tab) {
    case 'all':
      return (await sumImages(q, {})).count;
    case 'project':
      return (await sumImages(q, { ownerId: actor.projectId })).count;
    case 'public':
    case 'community':
      return (await sumImages(q, { visibility: query.tab })).count;
    default:
      return null;
  }
}

/** The order that it was made for is in it: another order would begin anywhere. */
function toCursor(last: ImageRow, { sort, dir }: ImageListQuery): string {
  return Buffer.from(JSON.stringify([sort, dir, sortValue(last, sort), last.id])).toString('base64url');
}

function parseCursor(cursor: string, { sort, dir }: ImageListQuery): [string | number, string] {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw wrongCursor(cause);
  }
  if (!Array.isArray(parsed)) throw wrongCursor();
  const [forSort, forDir, value, id] = parsed as unknown[];
  const isValue = typeof value === 'string' || typeof value === 'number';
  if (forSort !== sort || forDir !== dir || !isValue || typeof id !== 'string') throw wrongCursor();
  return [value, id];
}

function wrongCursor(cause?: unknown): StowageError {
  return new StowageError('bad_request', 'The cursor does not belong to this list.', {
    field: 'cursor',
    remedy: 'Begin again at the first page.',
    cause,
  });
}
