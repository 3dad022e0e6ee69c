'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { buttonClass } from '#components/ui/button.tsx';
import { pages } from '#lib/client/paths.ts';
import { useFocusOnArrival } from './use-focus-on-arrival.ts';

/** For addresses that lead nowhere, and for what is gone or not this person's to see: the two look the same. */
export function NotFound() {
  const t = useTranslations('shell');
  const heading = useFocusOnArrival<HTMLHeadingElement>();
  return (
    <div className="grid justify-items-start gap-3 p-4 rail:p-10">
      <h1 ref={heading} tabIndex={-1} className="outline-none">
        {t('notFoundTitle')}
      </h1>
      <p className="max-w-[68ch] text-ink-2">{t('notFoundBody')}</p>
      <Link href={pages.images} className={buttonClass()}>
        {t('errorHome')}
      </Link>
    </div>
  );
}
