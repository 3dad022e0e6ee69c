'use client';

import { useLocale } from 'next-intl';
import { useEffect, useState } from 'react';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatFullTime,
  formatMoment,
  formatPercent,
  formatPrice,
  formatRate,
  splitBytes,
  splitPart,
} from '#lib/client/format.ts';
import type { ByteUnit } from '#lib/client/format.ts';
import { regionOf } from '#lib/i18n/languages.ts';
import { Tooltip } from './tooltip.tsx';

/** Formatters of the reader's language, for texts that are put together. */
export function useFormat() {
  const region = regionOf[useLocale()];
  return {
    region,
    bytes: (bytes: number, precision: 'one' | 'compare' = 'one') => formatBytes(bytes, { region, precision }),
    part: (done: number, total: number, precision: 'one' | 'compare' = 'one') =>
      splitPart(done, total, { region, precision }),
    rate: (bytesPerSecond: number) => formatRate(bytesPerSecond, region),
    duration: formatDuration,
    percent: formatPercent,
    count: (count: number) => formatCount(count, region),
    list: (words: string[]) => new Intl.ListFormat(region, { type: 'conjunction' }).format(words),
    price: (amount: number, currency: string) => formatPrice(amount, currency, region),
    moment: (moment: string, now = new Date()) => formatMoment(moment, now, region),
    age: (moment: string, now = new Date()) => formatAge(moment, now, region),
  };
}

/** Bytes with a quiet unit. */
export function Bytes({
  bytes,
  precision = 'one',
  unit,
}: {
  bytes: number;
  precision?: 'one' | 'compare';
  /** Of the figure that it stands under. */
  unit?: ByteUnit;
}) {
  const { region } = useFormat();
  const text = splitBytes(bytes, { region, precision, ...(unit && { unit }) });
  return (
    <span className="tn whitespace-nowrap">
      {text.value}
      {'\u00a0'}
      <span className="text-ink-3">{text.unit}</span>
    </span>
  );
}

/** A moment as `2 min` (`age`) or `22 Nov, 03:14` (`moment`); hover gives the full time with its zone. */
export function Time({ moment, as = 'moment' }: { moment: string; as?: 'age' | 'moment' }) {
  const { region } = useFormat();
  const now = useNow(as === 'age');
  const text = as === 'age' ? formatAge(moment, now, region) : formatMoment(moment, now, region);
  return (
    <Tooltip text={formatFullTime(moment, region)}>
      <time dateTime={moment} className="tn whitespace-nowrap" suppressHydrationWarning>
        {text}
      </time>
    </Tooltip>
  );
}

/** The time of day, renewed each half minute where ages are shown. */
function useNow(renewed: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!renewed) return;
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, [renewed]);
  return now;
}
