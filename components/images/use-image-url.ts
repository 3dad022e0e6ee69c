'use client';

import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { imageSortKeys, imageTabs } from '#lib/client/image-filters.ts';
import type { ImageUrlState } from '#lib/client/image-filters.ts';

const list = parseAsArrayOf(parseAsString, ',');

const parsers = {
  tab: parseAsStringLiteral(imageTabs).withDefault('all'),
  q: parseAsString.withDefault(''),
  store: list,
  status: list,
  format: list,
  visibility: list,
  tag: list,
  sort: parseAsStringLiteral(imageSortKeys).withDefault('updated_at'),
  dir: parseAsStringLiteral(['asc', 'desc']).withDefault('desc'),
};

/** The filters, the tab and the order of a list of images, kept in the URL alone: a link shows the same list. */
export function useImageUrl(): [ImageUrlState, (change: Partial<ImageUrlState>) => void, () => void] {
  const [state, setState] = useQueryStates(parsers, { history: 'replace', throttleMs: 120 });
  const change = (next: Partial<ImageUrlState>) => {
    const cleaned = Object.fromEntries(
      Object.entries(next).map(([key, value]) => [
        key,
        value === '' || (Array.isArray(value) && value.length === 0) ? null : value,
      ]),
    );
    void setState(cleaned);
  };
  const clear = () =>
    void setState({ q: null, store: null, status: null, format: null, visibility: null, tag: null });
  return [state, change, clear];
}
