'use client';

import { useTranslations } from 'next-intl';
import { useFormat } from '#components/ui/quantity.tsx';

const cent = 0.01;

/** What something costs in a month; what is less than half a cent is not written as nothing. */
export function useMonthPrice(): (amount: number, currency: string) => string {
  const t = useTranslations('uploads');
  const format = useFormat();
  return (amount, currency) =>
    amount > 0 && amount < cent / 2
      ? t('underACent', { price: format.price(cent, currency) })
      : format.price(amount, currency);
}
