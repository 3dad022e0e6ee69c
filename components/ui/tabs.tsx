'use client';

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export const tabListClass =
  'flex gap-5 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] rail:px-6';

/** The look of one tab, also for tabs that are links. */
export function tabClass(selected: boolean): string {
  return classNames(
    '-mb-px flex h-9 flex-none items-center gap-1.5 border-b-2 font-medium whitespace-nowrap',
    selected
      ? 'border-accent text-ink'
      : 'border-transparent text-ink-3 hover:text-ink-2 forced-colors:[border-color:Canvas]',
  );
}

export interface TabItem<Value extends string> {
  value: Value;
  label: ReactNode;
  count?: number | undefined;
  panel: ReactNode;
}

/** Tabs whose panels are on this page. */
export function Tabs<Value extends string>({
  label,
  value,
  onChange,
  items,
}: {
  label: string;
  value: Value;
  onChange(value: Value): void;
  items: TabItem<Value>[];
}) {
  return (
    <Base.Root value={value} onValueChange={(next: Value) => onChange(next)}>
      <Base.List aria-label={label} className={tabListClass}>
        {items.map((item) => (
          <Base.Tab key={item.value} value={item.value} className={tabClass(item.value === value)}>
            {item.label}
            {item.count !== undefined && (
              <span className="tn text-12 font-normal text-ink-3">{item.count}</span>
            )}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="outline-none" tabIndex={-1}>
          {item.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
