'use client';

import { useCallback } from 'react';

const property = '--dock-height';

/** Tells the page how high the dock stands, so that toasts rise above it. Returns the ref for the dock. */
export function useDockHeight(): (dock: HTMLElement | null) => (() => void) | undefined {
  return useCallback((dock) => {
    if (dock === null) return undefined;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty(property, `${dock.offsetHeight}px`));
    observer.observe(dock);
    return () => {
      observer.disconnect();
      style.removeProperty(property);
    };
  }, []);
}
