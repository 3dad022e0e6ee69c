'use client';

import { useTranslations } from 'next-intl';
import { useFormat } from './quantity.tsx';

/** The least that prices are written to. */
const least = 0.001;

/** What something costs in a month; what is next to nothing is not written as nothing. */
export function useMonthPrice(): (amount: number, currency: string) => string {
  const t = useTranslations('common');
  const format = useFormat();
  return (amount, currency) =>
    amount > 0 && amount < least / 2
      ? t('underLeast', { price: format.price(least, currency) })
      : format.price(amount, currency);
}
