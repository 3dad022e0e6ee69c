'use client';

import { useSyncExternalStore } from 'react';

const storageKey = 'stowage_dock';
const changed = 'stowage:dock';

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  return () => window.removeEventListener(changed, listener);
}

function isOpen(): boolean {
  const kept = localStorage.getItem(storageKey);
  // On a phone it would hide the page, so there it waits to be asked.
  return kept === null ? window.innerWidth > 900 : kept === 'open';
}

/** Whether the dock shows its rows; the reader's choice, kept in this browser. */
export function useDockOpen(): [boolean, (open: boolean) => void] {
  const open = useSyncExternalStore(subscribe, isOpen, () => false);
  return [
    open,
    (next) => {
      localStorage.setItem(storageKey, next ? 'open' : 'closed');
      window.dispatchEvent(new Event(changed));
    },
  ];
}
