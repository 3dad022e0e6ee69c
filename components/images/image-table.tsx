'use client';

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { CheckBox } from '#components/ui/field.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { useShortcut } from '#components/shell/shortcuts.tsx';
import { useMediaQuery } from '#components/shell/use-media-query.ts';
import { berthLimit } from '#lib/client/berths.ts';
import type { ImageSort, ImageUrlState } from '#lib/client/image-filters.ts';
import { nextSort } from '#lib/client/image-filters.ts';
import { useOpenTransfers } from '#lib/client/queries/transfers.ts';
import type { ImageSummary } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { ImageRow } from './image-row.tsx';
import { BerthCard } from './berth-card.tsx';
import { ManifestHead } from './manifest.tsx';

/** Rows from the end at which the next page is fetched. */
const fetchAhead = 20;
const heights = { comfortable: 46, compact: 34, phone: 92 };

export interface ImageTableProps {
  images: ImageSummary[];
  stores: StoreView[];
  /** How many there are in all, also those not fetched. */
  total: number | null;
  hasMore: boolean;
  onMore(): void;
  sort: Pick<ImageUrlState, 'sort' | 'dir'>;
  onSort(sort: Pick<ImageUrlState, 'sort' | 'dir'>): void;
  selection: ReadonlyMap<string, ImageSummary>;
  onSelection(selection: ReadonlyMap<string, ImageSummary>): void;
  compact: boolean;
  label: string;
}

/** Images as rows, of which only those in sight exist. `j` `k` and the arrows go, `x` selects, Enter opens. */
export function ImageTable(props: ImageTableProps) {
  const { images, stores, selection, onSelection, hasMore, onMore, compact } = props;
  const t = useTranslations('images');
  const phone = useMediaQuery('(max-width: 900px)');
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const current = useRef(-1);
  const anchor = useRef<number | null>(null);
  const transfers = useTransfersByImage();

  useLayoutEffect(() => {
    const measure = () => setOffset((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);

  const rowHeight = phone ? heights.phone : compact ? heights.compact : heights.comfortable;
  const virtualizer = useWindowVirtualizer({
    count: images.length,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollMargin: offset,
    // The bulk bar and the dock lie over the last rows.
    scrollPaddingEnd: 88,
    getItemKey: (index) => images[index]?.id ?? index,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  const rows = virtualizer.getVirtualItems();
  const lastRow = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastRow >= images.length - fetchAhead) onMore();
  }, [hasMore, lastRow, images.length, onMore]);

  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(images.length - 1, index));
    current.current = target;
    virtualizer.scrollToIndex(target);
    // A row that was far away exists some frames later.
    const focus = (frames: number) => {
      const link = list.current?.querySelector<HTMLElement>(`[data-index="${target}"] [data-row-link]`);
      if (link) link.focus();
      else if (frames > 0) requestAnimationFrame(() => focus(frames - 1));
    };
    requestAnimationFrame(() => focus(30));
  };
  /** The list may have moved under the focus since: what came anew stands before it. */
  const here = () => {
    const row = document.activeElement?.closest<HTMLElement>('[data-index]');
    return row && list.current?.contains(row) ? Number(row.dataset.index) : current.current;
  };
  const select = (image: ImageSummary, selected: boolean, withShift: boolean) => {
    const index = images.findIndex(({ id }) => id === image.id);
    const next = new Map(selection);
    const from = withShift && anchor.current !== null ? anchor.current : index;
    for (const row of images.slice(Math.min(from, index), Math.max(from, index) + 1)) {
      if (selected) next.set(row.id, row);
      else next.delete(row.id);
    }
    anchor.current = index;
    onSelection(next);
  };
  useShortcut('j', () => focusRow(here() + 1), images.length > 0);
  useShortcut('k', () => focusRow(here() - 1), images.length > 0);
  useShortcut('x', () => {
    const image = images[here()];
    if (image) select(image, !selection.has(image.id), false);
  });

  /** From the name of one row to that of another; elsewhere the keys keep what they do. */
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    if (!(event.target as HTMLElement).matches('[data-row-link]') || event.metaKey || event.ctrlKey) return;
    const target = {
      ArrowDown: here() + 1,
      ArrowUp: here() - 1,
      Home: 0,
      End: images.length - 1,
    }[event.key];
    if (target === undefined || event.altKey || event.shiftKey) return;
    event.preventDefault();
    focusRow(target);
  };

  const shownStores = Math.min(stores.length, berthLimit) + (stores.length > berthLimit ? 1 : 0);
  return (
    <>
      <div
        role="table"
        aria-label={props.label}
        aria-rowcount={(props.total ?? images.length) + 1}
        className={`image-table ${compact ? 'image-table-compact' : ''}`}
        style={{ ['--berths' as string]: shownStores }}
      >
        <div role="rowgroup" className="image-head-group">
          <Head {...props} phone={phone} />
        </div>
        <div
          role="rowgroup"
          ref={list}
          className="relative"
          style={{ height: virtualizer.getTotalSize() }}
          onKeyDown={walk}
          onFocus={(event) => {
            const index = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index;
            if (index !== undefined) current.current = Number(index);
          }}
        >
          {rows.map((row) => {
            const image = images[row.index];
            if (!image) return null;
            const selected = selection.has(image.id);
            return (
              <div
                key={row.key}
                role="row"
                ref={virtualizer.measureElement}
                data-index={row.index}
                data-selected={selected || undefined}
                aria-rowindex={row.index + 2}
                className="image-row"
                style={{ transform: `translateY(${row.start - offset}px)` }}
                onClick={(event) => {
                  if (event.shiftKey || event.metaKey || event.ctrlKey) {
                    event.preventDefault();
                    select(image, !selected, event.shiftKey);
                  }
                }}
              >
                <ImageRow
                  image={image}
                  stores={stores}
                  transfers={transfers.get(image.id)}
                  selected={selected}
                  onSelect={select}
                />
              </div>
            );
          })}
        </div>
        <BerthCard />
      </div>
      {hasMore && (
        <div aria-label={t('loadingMore')} role="status">
          <SkeletonRow index={0} />
          <SkeletonRow index={1} />
        </div>
      )}
    </>
  );
}

function Head({
  images,
  stores,
  sort,
  onSort,
  selection,
  onSelection,
  phone,
}: ImageTableProps & { phone: boolean }) {
  const t = useTranslations('images');
  // There the heads are only read; the order is chosen beside the filters.
  const press = phone ? null : onSort;
  const all = images.length > 0 && images.every((image) => selection.has(image.id));
  return (
    <div role="row" aria-rowindex={1} className="image-row-head">
      <div role="columnheader" className="cell-box">
        <CheckBox
          checked={all}
          mixed={!all && selection.size > 0}
          onChange={(next) =>
            onSelection(next ? new Map(images.map((image) => [image.id, image])) : new Map())
          }
          label={t('selectAll', { count: images.length })}
        />
      </div>
      <SortHead id="name" className="cell-name" sort={sort} onSort={press}>
        {t('column.image')}
      </SortHead>
      <SortHead id="size" className="cell-size num" sort={sort} onSort={press}>
        {t('column.size')}
      </SortHead>
      <div role="columnheader" className="cell-manifest">
        <span className="sr-only">{t('column.stores')}</span>
        <ManifestHead stores={stores} />
      </div>
      <div role="columnheader" className="cell-visibility">
        {t('column.visibility')}
      </div>
      <div role="columnheader" className="cell-owner">
        {t('column.owner')}
      </div>
      <SortHead id="updated_at" className="cell-updated num" sort={sort} onSort={press}>
        {t('column.updated')}
      </SortHead>
    </div>
  );
}

function SortHead({
  id,
  sort,
  onSort,
  className,
  children,
}: {
  id: ImageSort;
  sort: ImageTableProps['sort'];
  onSort: ImageTableProps['onSort'] | null;
  className: string;
  children: ReactNode;
}) {
  const active = sort.sort === id;
  return (
    <div
      role="columnheader"
      aria-sort={active ? (sort.dir === 'asc' ? 'ascending' : 'descending') : 'none'}
      className={className}
    >
      {onSort === null ? (
        children
      ) : (
        <button
          type="button"
          onClick={() => onSort(nextSort(sort, id))}
          className="inline-flex h-6 items-center gap-1 font-medium hover:text-ink"
        >
          {children}
          {active && <Icon of={sort.dir === 'asc' ? ArrowUp : ArrowDown} size="mark" />}
        </button>
      )}
    </div>
  );
}

/** What is on its way, by image; the arrays stay the same while nothing of theirs changes. */
function useTransfersByImage(): Map<string, TransferView[]> {
  const open = useOpenTransfers();
  return useMemo(() => Map.groupBy(open.data ?? [], (transfer) => transfer.image_id), [open.data]);
}
