/**
 * Pages of images. Whatever is asked for, the time it takes shall depend on the page and not on how many images there
 * are: an index that has the order is walked from the place where the page begins, or the few images that meet a
 * condition are found by its own index. Which of them is less work nobody can know beforehand, so each does a little in
 * turn, until one has the page; that costs a few times what the best one costs alone.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { and, or, sql } from 'drizzle-orm';
import type { Visibility } from '../../contract/common.ts';
import type { Queries } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import { toSql, type ImageCondition } from './image-condition.ts';
import { imageFilters, type ImageFilter } from './image-filters.ts';
import { completeSort, isIndexed, type Place, type SortPart } from './image-order.ts';
import { firstOf, Lookup, Merge, once, onlyIf, SortAll, type Page, type Path } from './image-paths.ts';
import { promising, Walk } from './image-walk.ts';

/** Whose images: whoever is in one of the branches is listed. `only`: not all that are in it. */
export type ImageBranch = (
  | { kind: 'all' }
  | { kind: 'owner'; owner: string }
  | { kind: 'visibility'; visibility: Visibility }
  | { kind: 'member'; project: string; status: 'pending' | 'accepted' | 'rejected' | 'all' }
) & { only?: ImageCondition };

export interface ImageListRequest {
  /** An image that is in several branches comes once. */
  branches: ImageBranch[];
  /** All must be met. */
  filters: ImageFilter[];
  sort: SortPart[];
  /** Values of the sort keys of the last image of the page before, in the order of `sort`, then its id. */
  after: Place | null;
  limit: number;
}

/** How many images are looked up by their ids before another path gets its turn; then more at each turn. */
const firstBudget = 500;
const budgetGrowth = 5;
/** Each turn of SQLite holds up the whole process. */
const greatestBudget = 3_000;
/** Merging more lists than this costs more than walking one. */
const partLimit = 8;

/** One page, and whether there is another. */
export async function listImages(
  q: Queries,
  { branches, filters, limit, ...request }: ImageListRequest,
): Promise<{ rows: ImageRow[]; more: boolean }> {
  const page: Page = { q, sort: completeSort(request.sort), after: request.after, rows: limit + 1 };
  const whose = branches.map((branch) => branchFilters(q, branch));
  const parts = split(filters, page.sort, partLimit).map((part) => pathTo(page, whose, part));
  const path = new Merge(page, parts);
  for (let budget = firstBudget; ; budget = Math.min(budget * budgetGrowth, greatestBudget)) {
    const rows = await path.go(budget);
    if (rows !== null) return { rows: rows.slice(0, limit), more: rows.length > limit };
    // Between two turns others get theirs.
    await nextTurn();
  }
}

function branchFilters(q: Queries, branch: ImageBranch): ImageFilter[] {
  const whose = whoseFilters(q, branch);
  if (branch.only === undefined) return whose;
  // Nobody looks for those that meet it: it may be met by most, or by none.
  return [...whose, { where: toSql(q, branch.only), isWide: true }];
}

function whoseFilters(q: Queries, branch: ImageBranch): ImageFilter[] {
  switch (branch.kind) {
    case 'all':
      return [];
    case 'owner':
      return [imageFilters.column(q, 'owner_id', [branch.owner])];
    case 'visibility':
      return [imageFilters.column(q, 'visibility', [branch.visibility])];
    case 'member':
      return [imageFilters.sharedWith(q, branch.project, branch.status)];
  }
}

/** One list of filters for each alternative, where that is worth it. */
function split(filters: readonly ImageFilter[], sort: readonly SortPart[], atMost: number): ImageFilter[][] {
  const at = filters.findIndex(({ alternatives }) => alternatives !== undefined);
  const alternatives = filters[at]?.alternatives ?? [];
  const isWorthIt =
    alternatives.length > 0 &&
    alternatives.length <= atMost &&
    alternatives.every((each) => hasIndex(each, sort));
  if (!isWorthIt) return [[...filters]];
  return alternatives.flatMap((alternative) =>
    split(filters.with(at, alternative), sort, Math.floor(atMost / alternatives.length)),
  );
}

/** `branches`: the filters of each; an image is in one of them, and meets all of `filters`. */
function pathTo(page: Page, branches: readonly ImageFilter[][], filters: readonly ImageFilter[]): Path {
  const possible = branches.filter((branch) => canBeMet([...branch, ...filters]));
  const [only] = possible;
  if (only === undefined) return new Merge(page, []);
  if (possible.length === 1) {
    const all = [...only, ...filters];
    const [cheap, costly] = lookups(page, all, all);
    return firstOf([...cheap, ...promisingWalks(page, all), ...costly, ...leftToDatabase(page, all)]);
  }
  const each = possible.map((branch) => {
    const all = [...branch, ...filters];
    return firstOf([...lookups(page, branch, all).flat(), ...promisingWalks(page, all)]);
  });
  const isVisible: ImageFilter = {
    where: sql`(${or(...possible.map((branch) => and(...branch.map(({ where }) => where))))})`,
  };
  const all = [...filters, isVisible];
  const [cheap, costly] = lookups(page, filters, all);
  // One walk for all of them together leads to the page soon or, where few of many can be seen, late.
  const together = isIndexed('all', page.sort) ? walks(page, all) : [];
  const apart = new Merge(page, each);
  // In PostgreSQL what is costly costs the more the more match, and then it is sooner to walk along the index of each.
  const isFrequent = () => page.q.dialect === 'postgres' && together.some(({ meetsMany }) => meetsMany);
  return firstOf([
    ...cheap,
    ...together.map(once),
    onlyIf(isFrequent, apart),
    ...costly,
    ...leftToDatabase(page, all),
    onlyIf(() => !isFrequent(), apart),
  ]);
}

/**
 * After the first turn PostgreSQL knows better: it looks at all that match, in the way that its statistics recommend,
 * while this process does something else.
 */
function leftToDatabase(page: Page, filters: readonly ImageFilter[]): Path[] {
  return page.q.dialect === 'postgres' ? [new SortAll(page, filters, firstBudget + 1)] : [];
}

/** To what meets `filters`, by each of those `by` whose images have no index in the order of the page. */
function lookups(
  page: Page,
  by: readonly ImageFilter[],
  filters: readonly ImageFilter[],
): [cheap: Path[], costly: Path[]] {
  const findable = by
    .filter(({ isWide, find }) => !isWide && find !== undefined)
    .filter(({ scope }) => scope === undefined || !isIndexed(scope.kind, page.sort));
  const to = (filter: ImageFilter) => new Lookup(page, filter, filters);
  return [
    findable.filter(({ costly }) => costly === undefined).map(to),
    findable.filter(({ costly }) => costly !== undefined).map(to),
  ];
}

function promisingWalks(page: Page, filters: readonly ImageFilter[]): Path[] {
  const paths = walks(page, filters);
  if (page.q.dialect !== 'postgres') return paths;
  return paths.map((path) => (path instanceof Walk ? promising(path) : path));
}

function walks(page: Page, filters: readonly ImageFilter[]): (Walk | SortAll)[] {
  const indexes = filters.filter((filter) => hasIndex(filter, page.sort));
  if (indexes.length > 0) return indexes.map((along) => new Walk(page, filters, along));
  return [
    isIndexed('all', page.sort) ? new Walk(page, filters, null) : new SortAll(page, filters, greatestBudget),
  ];
}

/** Of the images that meet it, or of those that they are among. */
function hasIndex({ scope, among }: ImageFilter, sort: readonly SortPart[]): boolean {
  const listed = scope ?? among;
  return listed !== undefined && isIndexed(listed.kind, sort);
}

/** Others would be looked for among all images. */
function canBeMet(filters: readonly ImageFilter[]): boolean {
  return (
    haveCommon(filters.map(({ owners }) => owners)) &&
    haveCommon(filters.map(({ visibilities }) => visibilities))
  );
}

function haveCommon(lists: readonly (readonly string[] | undefined)[]): boolean {
  const [first, ...others] = lists.filter((list) => list !== undefined);
  return first === undefined || first.some((value) => others.every((other) => other.includes(value)));
}
