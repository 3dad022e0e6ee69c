'use client';

import { useTranslations } from 'next-intl';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { BulkBar } from './bulk-bar.tsx';
import { FilterBar } from './filter-bar.tsx';
import { ImageTable } from './image-table.tsx';
import { NoMatch } from './no-match.tsx';
import { useImageUrl } from './use-image-url.ts';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { announce } from '#components/ui/live-region.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { isFiltered, toImageFilters } from '#lib/client/image-filters.ts';
import type { ImageTab } from '#lib/client/image-filters.ts';
import { useImageList } from '#lib/client/queries/images.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import type { ImageSummary } from '#lib/contract/images.ts';

const compactKey = 'stowage_compact_rows';

/** Filters, rows, selection. The page of a store shows the same with its store set. */
export function ImageBrowser({ tab, store, label }: { tab: ImageTab; store?: string; label: string }) {
  const t = useTranslations('images');
  const [url, change, clear] = useImageUrl();
  const state = store === undefined ? { ...url, tab } : { ...url, tab, store: [store] };
  const filters = toImageFilters(state);
  const list = useImageList(filters);
  const stores = useStores();
  const [compact, setCompact] = useCompactRows();
  const [selection, setSelection] = useState<ReadonlyMap<string, ImageSummary>>(new Map());

  const images = useMemo(() => list.data?.pages.flatMap((page) => page.images) ?? [], [list.data]);
  // Where the server does not count, the last page tells.
  const total = list.data?.pages[0]?.total ?? (list.data && !list.hasNextPage ? images.length : null);
  const { fetchNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  // What was selected keeps its newest form, and leaves when it is gone from the list.
  const selected = useMemo(() => {
    const byId = new Map(images.map((image) => [image.id, image]));
    return new Map(
      [...selection].flatMap(([id]) => (byId.has(id) ? [[id, byId.get(id) as ImageSummary]] : [])),
    );
  }, [selection, images]);

  useEffect(() => {
    if (total !== null && !list.isPlaceholderData)
      announce(t('matchCount', { count: total, shown: String(total) }));
  }, [t, total, list.isPlaceholderData]);

  const ready = list.data !== undefined && stores.data !== undefined;
  const failed = (list.error && !list.data) || (stores.error && !stores.data);
  return (
    <>
      <FilterBar
        state={state}
        change={change}
        stores={stores.data ?? []}
        total={total}
        compact={compact}
        onCompact={setCompact}
        fixed={store === undefined ? undefined : 'store'}
        aside={<ProgramsButton deed={{ kind: 'list-images', filters }} label={t('forPrograms')} />}
      />
      {failed && (
        <ProblemNote
          error={list.error ?? stores.error}
          title={t('listProblem')}
          onRetry={() => {
            void list.refetch();
            void stores.refetch();
          }}
          className="mx-4 rail:mx-6"
        />
      )}
      {!ready && !failed && (
        <div role="status" aria-label={t('loading')}>
          {Array.from({ length: 10 }, (_, index) => (
            <SkeletonRow key={index} index={index} />
          ))}
        </div>
      )}
      {ready && images.length === 0 && (
        <NoMatch
          state={state}
          change={change}
          clear={clear}
          fixed={store}
          filtered={isFiltered({ ...state, store: url.store })}
        />
      )}
      {ready && images.length > 0 && stores.data && (
        <ImageTable
          images={images}
          stores={stores.data}
          total={total}
          hasMore={list.hasNextPage}
          onMore={more}
          sort={state}
          onSort={change}
          selection={selected}
          onSelection={setSelection}
          compact={compact}
          label={label}
        />
      )}
      {selected.size > 0 && (
        <BulkBar images={[...selected.values()]} onClear={() => setSelection(new Map())} />
      )}
    </>
  );
}

function useCompactRows(): [boolean, (compact: boolean) => void] {
  const [compact, setCompact] = useState(false);
  useEffect(() => setCompact(localStorage.getItem(compactKey) === 'on'), []);
  return [
    compact,
    (next) => {
      localStorage.setItem(compactKey, next ? 'on' : 'off');
      setCompact(next);
    },
  ];
}
