'use client';

import { X } from 'lucide-react';
import { useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Icon } from './icon.tsx';

/** Tags as a field: Enter or a comma ends one, Backspace in the empty field takes the last one out. */
export function TagInput({
  value,
  onChange,
  label,
  placeholder,
  removeLabel,
  limitCharacters = 255,
}: {
  value: readonly string[];
  onChange(tags: string[]): void;
  label: string;
  placeholder?: string;
  removeLabel(tag: string): string;
  limitCharacters?: number;
}) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const add = (raw: string) => {
    const fresh = raw
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && !value.includes(tag));
    if (fresh.length > 0) onChange([...value, ...new Set(fresh)]);
    setText('');
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && text.trim() !== '') {
      event.preventDefault();
      add(text);
    }
    if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1));
  };
  return (
    <div
      className="flex min-h-[34px] w-full flex-wrap items-center gap-1.5 rounded-control border border-line-control bg-surface px-2.5 py-1 focus-within:border-transparent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent"
      onClick={() => field.current?.focus()}
    >
      {value.map((tag) => (
        <span
          key={tag}
          className="inline-flex min-h-6 max-w-full items-center gap-0.5 rounded-mark bg-sunken pl-1.5 text-12 text-ink-2 [overflow-wrap:anywhere]"
        >
          {tag}
          <button
            type="button"
            aria-label={removeLabel(tag)}
            onClick={() => onChange(value.filter((other) => other !== tag))}
            className="grid size-6 flex-none place-items-center rounded-mark hover:text-ink"
          >
            <Icon of={X} size="mark" />
          </button>
        </span>
      ))}
      <input
        ref={field}
        value={text}
        maxLength={limitCharacters}
        aria-label={label}
        placeholder={value.length === 0 ? placeholder : undefined}
        onChange={(event) =>
          event.target.value.includes(',') ? add(event.target.value) : setText(event.target.value)
        }
        onKeyDown={press}
        onBlur={() => add(text)}
        className="h-6 min-w-24 flex-1 bg-transparent outline-none placeholder:text-ink-3"
      />
    </div>
  );
}
