'use client';

import { ArrowDownUp, Plus, Rows2, Rows3 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Checkbox, Input } from '#components/ui/field.tsx';
import { FilterChip } from '#components/ui/filter-chip.tsx';
import { Menu, MenuChoice } from '#components/ui/menu.tsx';
import { Popover } from '#components/ui/popover.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { activeFilters, fieldValues, filterFields } from '#lib/client/image-filters.ts';
import type { FilterField, ImageSort, ImageUrlState } from '#lib/client/image-filters.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import { SearchField } from './search-field.tsx';

export interface FilterBarProps {
  state: ImageUrlState;
  change(next: Partial<ImageUrlState>): void;
  stores: StoreView[];
  total: number | null;
  compact: boolean;
  onCompact(compact: boolean): void;
  /** A field that the page itself has set, so that it cannot be chosen. */
  fixed?: FilterField | undefined;
  aside?: ReactNode;
}

/** Search, a chip for each filter as the URL has it, what matches, and how high the rows are. */
export function FilterBar({
  state,
  change,
  stores,
  total,
  compact,
  onCompact,
  fixed,
  aside,
}: FilterBarProps) {
  const t = useTranslations('images');
  const { count } = useFormat();
  const chips = activeFilters(state).filter(({ field }) => field !== fixed);
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-4 py-2.5 max-rail:flex-nowrap max-rail:overflow-x-auto max-rail:[scrollbar-width:none] rail:px-6">
      <SearchField value={state.q} onChange={(q) => change({ q })} />
      {chips.map(({ field, values }) => (
        <FilterChip
          key={field}
          field={field}
          value={values.join(',')}
          error={unknownValues(field, values, stores).length > 0 ? t('noSuchValue') : undefined}
          onRemove={() => change({ [field]: null })}
          editor={<FieldEditor field={field} values={values} stores={stores} change={change} />}
        />
      ))}
      <AddFilter state={state} stores={stores} change={change} fixed={fixed} />
      <span className="flex-none rail:hidden">
        <Order state={state} change={change} />
      </span>
      <span className="ml-auto flex flex-none items-center gap-1 max-rail:hidden">
        {total !== null && (
          <span className="tn pr-1 text-ink-3">{t('matchCount', { count: total, shown: count(total) })}</span>
        )}
        {aside}
        <IconButton
          icon={compact ? Rows2 : Rows3}
          size="small"
          label={compact ? t('comfortableRows') : t('compactRows')}
          aria-pressed={compact}
          onClick={() => onCompact(!compact)}
        />
      </span>
    </div>
  );
}

const orders = [
  'updated_at_desc',
  'updated_at_asc',
  'name_asc',
  'name_desc',
  'size_desc',
  'size_asc',
] as const;

/** What the heads of the columns do where there is room for them. */
function Order({ state, change }: Pick<FilterBarProps, 'state' | 'change'>) {
  const t = useTranslations('images');
  return (
    <Menu
      align="start"
      trigger={
        <Button variant="ghost" size="small" icon={ArrowDownUp}>
          {t('order')}
        </Button>
      }
    >
      <MenuChoice
        closes
        label={t('order')}
        value={`${state.sort}_${state.dir}`}
        onChange={(order) => {
          const [, sort, dir] = /^(.*)_(asc|desc)$/.exec(order) ?? [];
          change({ sort: sort as ImageSort, dir: dir as 'asc' | 'desc' });
        }}
        options={orders.map((order) => ({ value: order as string, label: t(`orderBy.${order}`) }))}
      />
    </Menu>
  );
}

/** Values in the URL that nothing can match, because there is no such store or word. */
function unknownValues(field: FilterField, values: string[], stores: StoreView[]): string[] {
  if (field === 'tag') return [];
  const known = field === 'store' ? stores.map((store) => store.id) : fieldValues[field];
  return known.length === 0 ? [] : values.filter((value) => !known.includes(value));
}

function AddFilter({
  state,
  stores,
  change,
  fixed,
}: Pick<FilterBarProps, 'state' | 'stores' | 'change' | 'fixed'>) {
  const t = useTranslations('images');
  const [field, setField] = useState<FilterField | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) setField(null);
      }}
      trigger={
        <Button variant="ghost" size="small" icon={Plus}>
          {t('addFilter')}
        </Button>
      }
    >
      {field === null ? (
        <ul className="grid p-1">
          {filterFields
            .filter((candidate) => candidate !== fixed)
            .map((candidate) => (
              <li key={candidate}>
                <button
                  type="button"
                  onClick={() => setField(candidate)}
                  className="flex h-8 w-full items-center gap-4 rounded-control px-2.5 text-left hover:bg-hover"
                >
                  <code>{candidate}</code>
                  <span className="ml-auto text-12 text-ink-3">{t(`filterField.${candidate}`)}</span>
                </button>
              </li>
            ))}
        </ul>
      ) : (
        <FieldEditor field={field} values={state[field] ?? []} stores={stores} change={change} />
      )}
    </Popover>
  );
}

function FieldEditor({
  field,
  values,
  stores,
  change,
}: {
  field: FilterField;
  values: string[];
  stores: StoreView[];
  change: FilterBarProps['change'];
}) {
  const t = useTranslations('images');
  const [text, setText] = useState(values.join(', '));
  if (field === 'tag') {
    return (
      <form
        className="grid gap-2 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          change({
            tag: text
              .split(',')
              .map((tag) => tag.trim())
              .filter(Boolean),
          });
        }}
      >
        <Input
          aria-label={t('filterField.tag')}
          placeholder={t('tagsPlaceholder')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoFocus
        />
        <Button type="submit" size="small">
          {t('applyFilter')}
        </Button>
      </form>
    );
  }
  const options = field === 'store' ? stores.map((store) => store.id) : fieldValues[field];
  const toggle = (value: string, on: boolean) =>
    change({ [field]: on ? [...values, value] : values.filter((other) => other !== value) });
  return (
    <fieldset className="grid max-h-[320px] gap-1 overflow-auto p-4">
      <legend className="sr-only">{t(`filterField.${field}`)}</legend>
      {options.map((value) => (
        <Checkbox key={value} checked={values.includes(value)} onChange={(on) => toggle(value, on)}>
          <code>{value}</code>
        </Checkbox>
      ))}
    </fieldset>
  );
}
