'use client';

import { useSyncExternalStore } from 'react';

const storageKey = 'stowage_dock';
const changed = 'stowage:dock';

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  return () => window.removeEventListener(changed, listener);
}

function isOpen(hasForms: boolean): boolean {
  const kept = localStorage.getItem(storageKey);
  // On a phone it would hide the page, and over a form the fields, so there it waits to be asked.
  return kept === null ? window.innerWidth > 900 && !hasForms : kept === 'open';
}

/** Whether the dock shows its rows; the reader's choice, kept in this browser. `hasForms`: the page that lies under it. */
export function useDockOpen(hasForms: boolean): [boolean, (open: boolean) => void] {
  const open = useSyncExternalStore(
    subscribe,
    () => isOpen(hasForms),
    () => false,
  );
  return [
    open,
    (next) => {
      localStorage.setItem(storageKey, next ? 'open' : 'closed');
      window.dispatchEvent(new Event(changed));
    },
  ];
}
