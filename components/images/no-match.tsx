'use client';

import { useTranslations } from 'next-intl';
import { Note } from '#components/ui/note.tsx';
import { activeFilters } from '#lib/client/image-filters.ts';
import type { FilterField, ImageUrlState } from '#lib/client/image-filters.ts';
import { toImageFilters } from '#lib/client/image-filters.ts';
import { useImageCount } from '#lib/client/queries/images.ts';

/** Nothing matches: which filter to drop, and how many images that would show. */
export function NoMatch({
  state,
  change,
  clear,
  filtered,
  fixed,
}: {
  state: ImageUrlState;
  change(next: Partial<ImageUrlState>): void;
  clear(): void;
  filtered: boolean;
  /** The store whose page this is. */
  fixed?: string | undefined;
}) {
  const t = useTranslations('images');
  const chips = activeFilters(state).filter(({ field }) => !(field === 'store' && fixed !== undefined));
  if (!filtered) {
    return (
      <div className="px-4 py-2 rail:px-6">
        <Note>{fixed === undefined ? t(`emptyTab.${state.tab}`) : t('emptyStore', { store: fixed })}</Note>
      </div>
    );
  }
  const text = [
    ...chips.map(({ field, values }) => `${field}=${values.join(',')}`),
    state.q && `"${state.q}"`,
  ]
    .filter(Boolean)
    .join(' ');
  const last = chips.at(-1);
  return (
    <div className="px-4 py-2 rail:px-6">
      <Note role="status">
        {t.rich('noMatch', { filters: text, code: (chunks) => <code>{chunks}</code> })}{' '}
        {t.rich('noMatchHelp', {
          drop: () =>
            state.q !== '' ? (
              <Drop without={{ ...state, q: '' }} what={`"${state.q}"`} onDrop={() => change({ q: '' })} />
            ) : (
              last && (
                <Drop
                  without={{ ...state, [last.field]: null }}
                  what={`${last.field}=${last.values.join(',')}`}
                  onDrop={() => change({ [last.field]: null } as Partial<Record<FilterField, null>>)}
                />
              )
            ),
          clear: (chunks) => (
            <button type="button" onClick={clear} className="font-medium text-accent-ink hover:underline">
              {chunks}
            </button>
          ),
        })}
      </Note>
    </div>
  );
}

function Drop({ without, what, onDrop }: { without: ImageUrlState; what: string; onDrop(): void }) {
  const t = useTranslations('images');
  const count = useImageCount(toImageFilters(without));
  return (
    <>
      <button type="button" onClick={onDrop} className="font-medium text-accent-ink hover:underline">
        {t('dropFilter', { filter: what })}
      </button>
      {typeof count.data === 'number' && ` (${t('imageCount', { count: count.data })})`}
    </>
  );
}
