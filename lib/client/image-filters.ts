import { diskFormats, imageStatuses, visibilities } from '#lib/contract/common.ts';
import { imageSortKeys } from '#lib/contract/images.ts';
import type { ImageListQuery } from '#lib/contract/images.ts';
import type { ImageFilters } from './queries/images.ts';

/** The filters that a chip can hold, named as in the URL. */
export const filterFields = ['store', 'status', 'format', 'visibility', 'tag'] as const;
export type FilterField = (typeof filterFields)[number];

export type ImageTab = ImageListQuery['tab'];
export const imageTabs = [
  'all',
  'public',
  'project',
  'community',
  'shared',
  'attention',
] as const satisfies readonly ImageTab[];
export type ImageSort = (typeof imageSortKeys)[number];
export { imageSortKeys };

/** What the URL of the images page says. */
export interface ImageUrlState extends Record<FilterField, string[] | null> {
  tab: ImageTab;
  q: string;
  sort: ImageSort;
  dir: 'asc' | 'desc';
}

/** The values that a field can have, where they are known beforehand. */
export const fieldValues: Record<Exclude<FilterField, 'store' | 'tag'>, readonly string[]> = {
  status: imageStatuses.filter((status) => status !== 'deleted' && status !== 'pending_delete'),
  format: diskFormats,
  visibility: visibilities,
};

/** What is asked of the server for this URL; what says nothing is left out, so equal pages share one cache entry. */
export function toImageFilters(state: ImageUrlState): ImageFilters {
  const list = (values: string[] | null) => (values && values.length > 0 ? values.join(',') : undefined);
  const filters: Record<string, string | undefined> = {
    tab: state.tab === 'all' ? undefined : state.tab,
    q: state.q.trim() || undefined,
    store: list(state.store),
    status: list(state.status),
    disk_format: list(state.format),
    visibility: list(state.visibility),
    tag: list(state.tag),
    sort: state.sort,
    dir: state.dir,
  };
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined),
  ) as ImageFilters;
}

/** The chips of this URL, in the order of the fields. */
export function activeFilters(state: ImageUrlState): { field: FilterField; values: string[] }[] {
  return filterFields.flatMap((field) => {
    const values = state[field];
    return values && values.length > 0 ? [{ field, values }] : [];
  });
}

export function isFiltered(state: ImageUrlState): boolean {
  return state.q.trim() !== '' || activeFilters(state).length > 0;
}

/** Pressing a column head: the same key turns round; a new one begins with what one expects of it. */
export function nextSort(
  state: Pick<ImageUrlState, 'sort' | 'dir'>,
  key: ImageSort,
): Pick<ImageUrlState, 'sort' | 'dir'> {
  if (state.sort === key) return { sort: key, dir: state.dir === 'asc' ? 'desc' : 'asc' };
  return { sort: key, dir: key === 'name' || key === 'status' ? 'asc' : 'desc' };
}
