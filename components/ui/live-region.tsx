'use client';

import { useEffect, useState } from 'react';

const channel = 'stowage:announce';

/** Says a sentence to screen readers through the one polite live region. Repeats are spoken again. */
export function announce(sentence: string): void {
  window.dispatchEvent(new CustomEvent(channel, { detail: sentence }));
}

const steps = [0, 25, 50, 75, 100] as const;

/** The step of 0, 25, 50, 75, 100 that was passed between two percentages, or null: progress is spoken at these only. */
export function spokenStep(before: number | null, now: number): number | null {
  const passed = (percent: number) => steps.findLast((step) => percent >= step) ?? null;
  const step = passed(now);
  return before !== null && passed(before) === step ? null : step;
}

/** Once, at the root of the page. */
export function LiveRegion() {
  const [sentence, setSentence] = useState('');
  useEffect(() => {
    const speak = (event: Event) => {
      const next = String((event as CustomEvent<string>).detail);
      // An unchanged text is not spoken; a no-break space at its end makes it another.
      setSentence((last) => (last === next ? `${next}\u00a0` : next));
    };
    window.addEventListener(channel, speak);
    return () => window.removeEventListener(channel, speak);
  }, []);
  return (
    <div role="status" aria-live="polite" className="sr-only" data-live-region>
      {sentence}
    </div>
  );
}
