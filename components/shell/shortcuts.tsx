'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Kbd } from '#components/ui/tag.tsx';

const storageKey = 'stowage_single_keys';
const changed = 'stowage:single-keys';

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  return () => window.removeEventListener(changed, listener);
}

/** Single keys can be turned off: speech input types words, and each letter would do something (WCAG 2.1.4). */
export function useSingleKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(storageKey) !== 'off',
    () => true,
  );
  return [
    on,
    (next) => {
      localStorage.setItem(storageKey, next ? 'on' : 'off');
      window.dispatchEvent(new Event(changed));
    },
  ];
}

/** Runs `handler` when the key is pressed outside of fields and dialogs. */
export function useShortcut(key: string, handler: (event: KeyboardEvent) => void, enabled = true): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!enabled) return;
    const press = (event: KeyboardEvent) => {
      if (event.key !== key || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented)
        return;
      if (localStorage.getItem(storageKey) === 'off' || isBusyWith(event.target)) return;
      event.preventDefault();
      latest.current(event);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [key, enabled]);
}

/** Someone types, or something lies over the page. */
function isBusyWith(target: EventTarget | null): boolean {
  if (target instanceof HTMLElement) {
    if (
      target.isContentEditable ||
      target.closest('input, textarea, select, [role="combobox"], [role="menu"]')
    )
      return true;
  }
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

export function ShortcutList({ open, onOpenChange }: { open: boolean; onOpenChange(open: boolean): void }) {
  const t = useTranslations('shell');
  const common = useTranslations('common');
  const [singleKeys, setSingleKeys] = useSingleKeys();
  const rows: [string[], string][] = [
    [['⌘', 'K'], t('shortcutCommand')],
    [['/'], t('shortcutSearch')],
    [['j', '↓'], t('shortcutDown')],
    [['k', '↑'], t('shortcutUp')],
    [['x'], t('shortcutSelect')],
    [['u'], t('shortcutUpload')],
    [['?'], t('shortcutHelp')],
    [['Esc'], t('shortcutEscape')],
  ];
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('shortcutsTitle')}
      footer={
        <>
          <Button variant="ghost" onClick={() => setSingleKeys(!singleKeys)}>
            {singleKeys ? t('singleKeysOff') : t('singleKeysOn')}
          </Button>
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            {common('close')}
          </Button>
        </>
      }
    >
      {!singleKeys && <p className="text-ink-2">{t('shortcutsOff')}</p>}
      <dl className="grid grid-cols-[72px_minmax(0,1fr)] gap-y-2">
        {rows.map(([keys, meaning]) => (
          <div key={meaning} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
