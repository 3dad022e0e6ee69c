'use client';

import { Search, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '#components/ui/button.tsx';
import { Input } from '#components/ui/field.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { useShortcut } from '#components/shell/shortcuts.tsx';

/** Part of the bar once it is wanted; `/` opens it, Escape empties and closes it, the arrow goes on into the list. */
export function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const t = useTranslations('images');
  const [text, setText] = useTypedText(value, onChange);
  const [wanted, setWanted] = useState(false);
  const open = wanted || text !== '';
  const field = useRef<HTMLInputElement>(null);
  const closed = useRef<HTMLSpanElement>(null);
  const takesFocus = useRef(false);
  useEffect(() => {
    if (!takesFocus.current) return;
    takesFocus.current = false;
    (open ? field.current : closed.current?.querySelector('button'))?.focus();
  }, [open]);
  const show = () => {
    // At once where it is open: the next key may follow before it is drawn.
    if (field.current) return field.current.focus();
    takesFocus.current = true;
    setWanted(true);
  };
  const close = () => {
    takesFocus.current = true;
    setText('', 'now');
    setWanted(false);
  };
  useShortcut('/', show);
  if (!open) {
    return (
      <span ref={closed}>
        <IconButton icon={Search} size="small" variant="secondary" label={t('search')} onClick={show} />
      </span>
    );
  }
  return (
    <span role="search" className="relative flex-none">
      <span className="pointer-events-none absolute top-[7px] left-2 text-ink-3">
        <Icon of={Search} size="mark" />
      </span>
      <Input
        ref={field}
        type="text"
        aria-label={t('search')}
        placeholder={t('searchPlaceholder')}
        value={text}
        onChange={(event) => {
          setWanted(true);
          setText(event.target.value);
        }}
        onBlur={() => text.trim() === '' && setWanted(false)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') {
            event.preventDefault();
            document.querySelector<HTMLElement>('[data-row-link]')?.focus();
          }
          if (event.key === 'Enter') setText(text, 'now');
          if (event.key === 'Escape') close();
        }}
        className="!h-[26px] !w-[220px] !pr-6 !pl-6 text-12"
      />
      {text !== '' && (
        <button
          type="button"
          aria-label={t('clearSearch')}
          onClick={() => {
            setWanted(true);
            setText('', 'now');
            field.current?.focus();
          }}
          className="absolute top-px right-0 grid size-6 place-items-center text-ink-3"
        >
          <Icon of={X} size="mark" />
        </button>
      )}
    </span>
  );
}

/** What was told comes back as `value`, perhaps late and out of turn; after so long it is somebody else who says so. */
const echoMilliseconds = 2_000;

/**
 * What is typed, and told a moment later. What the URL says wins when it was changed elsewhere (a cleared filter, the back
 * button), but not when it repeats what was told: that would undo what was typed since.
 */
function useTypedText(
  value: string,
  onChange: (value: string) => void,
): [string, (text: string, when?: 'now') => void] {
  const [text, setText] = useState(value);
  const told = useRef(new Map<string, number>());
  const tell = (next: string) => {
    told.current.set(next, performance.now());
    onChange(next);
  };
  useEffect(() => {
    const toldAt = told.current.get(value) ?? -Infinity;
    if (performance.now() - toldAt > echoMilliseconds)
      setText((typed) => (typed.trim() === value ? typed : value));
  }, [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => tell(text.trim()), 200);
    return () => clearTimeout(timer);
  });
  return [
    text,
    (next, when) => {
      setText(next);
      if (when === 'now') tell(next.trim());
    },
  ];
}
