'use client';

import { usePathname } from 'next/navigation';
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** The page that this tab has shown last; null before the first, at which a reader begins at the top anyway. */
let shown: string | null = null;

/**
 * For the heading of a page. Who follows a link that is gone with its page (a row of a list) would else stand before
 * everything, and read and walk through the navigation anew; where the link is still there, the focus stays on it.
 */
export function useFocusOnArrival<Heading extends HTMLElement>(): RefObject<Heading | null> {
  const heading = useRef<Heading>(null);
  const path = usePathname();
  useEffect(() => {
    const hasCome = shown !== null && shown !== path;
    shown = path;
    if (hasCome && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [path]);
  return heading;
}
