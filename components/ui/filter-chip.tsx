'use client';

import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

/** A filter as the URL has it: `format=qcow2,raw`. Pressing it edits, the cross removes it. */
export function FilterChip({
  field,
  operator = '=',
  value,
  onRemove,
  editor,
  error,
}: {
  field: string;
  operator?: '=' | '!=' | '<' | '>';
  value: string;
  onRemove(): void;
  /** What the popover holds; without it the chip can only be removed. */
  editor?: ReactNode;
  /** "no such field" */
  error?: string | undefined;
}) {
  const t = useTranslations('common');
  const text = (
    <>
      <span className="pl-[7px] text-ink-3">{field}</span>
      <span className="px-1 text-ink-3">{operator}</span>
      <b className="max-w-[240px] truncate pr-1 font-medium text-ink">{value}</b>
      {error && <span className="pr-1 font-sans text-danger">{error}</span>}
    </>
  );
  return (
    <span
      className={classNames(
        'inline-flex h-[26px] flex-none items-center overflow-hidden rounded-control border bg-surface font-mono text-12 font-medium',
        error ? 'border-danger' : 'border-line-strong',
      )}
    >
      {editor ? (
        <Popover
          trigger={
            <button
              type="button"
              className="flex h-full items-center hover:bg-hover focus-visible:-outline-offset-2"
            >
              {text}
            </button>
          }
        >
          {editor}
        </Popover>
      ) : (
        <span className="flex h-full items-center">{text}</span>
      )}
      <button
        type="button"
        onClick={onRemove}
        aria-label={t('removeFilter', { field })}
        className="grid size-6 place-items-center text-ink-3 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Icon of={X} size="mark" />
      </button>
    </span>
  );
}
