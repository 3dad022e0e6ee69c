'use client';

import { ChevronLeft } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Icon } from '#components/ui/icon.tsx';
import { useFocusOnArrival } from './use-focus-on-arrival.ts';

/** The head of a page: its name, what is in it in one line, what can be done with it. */
export function PageHead({
  title,
  sub,
  actions,
  back,
  below,
}: {
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
  /** The list that this is one of. */
  back?: { href: string; label: string };
  /** A second line under the title. */
  below?: ReactNode;
}) {
  const heading = useFocusOnArrival<HTMLHeadingElement>();
  return (
    <>
      {back && (
        <div className="px-4 pt-4 rail:px-6 rail:pt-5">
          <Link
            href={back.href}
            className="-ml-1 inline-flex h-6 items-center gap-1 pr-1 text-ink-3 hover:text-ink-2"
          >
            <Icon of={ChevronLeft} size="small" />
            {back.label}
          </Link>
        </div>
      )}
      <div
        className={`flex flex-wrap gap-x-3 gap-y-2 px-4 pb-2 rail:flex-nowrap rail:px-6 rail:pb-3 ${
          back ? 'items-start pt-1.5' : 'items-center pt-3.5 rail:pt-5'
        }`}
      >
        <div className="min-w-0">
          <h1 ref={heading} tabIndex={-1} className="[overflow-wrap:anywhere] outline-none">
            {title}
          </h1>
          {below}
        </div>
        {sub && <span className="text-ink-3 max-rail:hidden">{sub}</span>}
        {actions && <div className="ml-auto flex flex-none items-center gap-2">{actions}</div>}
      </div>
    </>
  );
}
