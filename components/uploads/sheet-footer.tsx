'use client';

import { Upload } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { Button } from '#components/ui/button.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import type { Deed } from '#lib/client/equivalents.ts';
import { uploadEngine } from '#lib/client/uploads/browser.ts';
import type { PlaceOffer } from '#lib/client/uploads/placement.ts';
import { useMonthPrice } from '#components/ui/use-month-price.ts';

/** What it comes to, and the one primary button. */
export function SheetFooter({
  bytes,
  freshCount,
  resumedCount,
  copies,
  offers,
  deed,
  disabledReason,
  onCancel,
  onSubmit,
}: {
  /** Still to be sent, once for all stores. */
  bytes: number;
  freshCount: number;
  resumedCount: number;
  copies: number;
  /** Of the stores that are ticked. */
  offers: readonly PlaceOffer[];
  /** The same for a shell, for the first file. */
  deed: Deed;
  disabledReason: string | null;
  onCancel(): void;
  onSubmit(): void;
}) {
  const t = useTranslations('uploads');
  const common = useTranslations('common');
  const format = useFormat();
  const monthPrice = useMonthPrice();
  const size = format.bytes(bytes);
  const price = sumOf(offers);
  const rate = uploadEngine().lineRate();
  return (
    <>
      <div className="min-w-0 flex-1 max-rail:basis-full">
        <div className="font-[550]">
          {freshCount === 0 || copies === 0
            ? t('sumGoOn', { size })
            : price === null
              ? t('sum', { size, copies })
              : t('sumPrice', { size, copies, price: monthPrice(price.amount, price.currency) })}
        </div>
        <div className="text-12 text-ink-3">
          {bytes > 0 &&
            (rate === null || rate <= 0
              ? t('goOnLater')
              : t('lineTime', { time: format.duration(roughly(bytes / rate)) }))}
        </div>
      </div>
      <span className="ml-auto flex items-center gap-2 max-rail:w-full">
        {freshCount > 0 && <ProgramsButton deed={deed} label={t('programsLabel')} />}
        <Button variant="ghost" size="large" className="max-rail:hidden" onClick={onCancel}>
          {common('cancel')}
        </Button>
        <Button
          variant="primary"
          size="large"
          icon={Upload}
          disabledReason={disabledReason}
          onClick={onSubmit}
          className="max-rail:flex-1"
        >
          {freshCount === 0 && resumedCount > 0
            ? t('submitGoOn', { count: resumedCount })
            : t('submit', { count: freshCount + resumedCount })}
        </Button>
      </span>
    </>
  );
}

/** Null where a store has no price, or they are in several currencies: half a sum is a wrong one. */
function sumOf(offers: readonly PlaceOffer[]): { amount: number; currency: string } | null {
  const currency = offers[0]?.store.currency;
  if (currency === undefined) return null;
  let amount = 0;
  for (const { pricePerMonth, store } of offers) {
    if (pricePerMonth === null || store.currency !== currency) return null;
    amount += pricePerMonth;
  }
  return { amount, currency };
}

/** A guess in minutes is not told to the second. */
function roughly(seconds: number): number {
  return seconds < 90 ? Math.max(1, Math.round(seconds)) : Math.round(seconds / 60) * 60;
}
