/**
 * Numbers as the console writes them. Bytes in IEC units; a no-break space before every unit and before %; figures
 * never claim more than is true (a percentage is rounded down, so 100 % means all of it).
 */

const space = '\u00a0';
/** Smaller than one byte of an exbibyte-sized share matters, greater than what dividing gets wrong. */
const hair = 1e-9;
const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
export type ByteUnit = (typeof byteUnits)[number];

export interface BytesText {
  value: string;
  unit: ByteUnit;
}

export interface BytesOptions {
  region?: string;
  /** `compare` keeps two decimals below 10, where two figures stand beside each other. */
  precision?: 'one' | 'compare';
  unit?: ByteUnit;
}

/** The unit in which this many bytes are written: the greatest that leaves at least 1. */
export function byteUnitOf(bytes: number): ByteUnit {
  let power = 0;
  let rest = Math.abs(bytes);
  // 1023.96 KiB would be written 1,024.0 KiB; it is 1.0 MiB.
  while (rest >= 1023.95 && power < byteUnits.length - 1) {
    rest /= 1024;
    power += 1;
  }
  return byteUnits[power] ?? 'B';
}

export function splitBytes(bytes: number, options: BytesOptions = {}): BytesText {
  const unit = options.unit ?? byteUnitOf(bytes);
  const value = bytes / 1024 ** byteUnits.indexOf(unit);
  const decimals = unit === 'B' ? 0 : options.precision === 'compare' && Math.abs(value) < 10 ? 2 : 1;
  return { value: formatDecimal(value, decimals, options.region), unit };
}

/** `41.4 GiB` */
export function formatBytes(bytes: number, options: BytesOptions = {}): string {
  const { value, unit } = splitBytes(bytes, options);
  return `${value}${space}${unit}`;
}

/** Both figures in the unit of the whole, for `41.4 of 60.0 GiB`; the first is rounded down. */
export function splitPart(
  done: number,
  total: number,
  options: BytesOptions = {},
): { done: string; total: string } {
  const unit = options.unit ?? byteUnitOf(total);
  const scale = 1024 ** byteUnits.indexOf(unit);
  const decimals = unit === 'B' ? 0 : options.precision === 'compare' && total / scale < 10 ? 2 : 1;
  const step = 10 ** decimals;
  // A hair is added before rounding down, or 22.8 of 120 would be written 22.7.
  const floored = (Math.floor((done / scale) * step + hair) / step) * scale;
  return {
    done: formatDecimal(floored / scale, decimals, options.region),
    total: `${formatDecimal(total / scale, decimals, options.region)}${space}${unit}`,
  };
}

/** `662.0 MiB/s` */
export function formatRate(bytesPerSecond: number, region?: string): string {
  return `${formatBytes(bytesPerSecond, region === undefined ? {} : { region })}/s`;
}

/** `3 min 41 s`, `2 h 5 min`, `3 d 4 h`: two units at most, the symbols that every language shares. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => whole >= size);
  if (first === -1) return `0${space}s`;
  const [symbol, size] = units[first] ?? ['s', 1];
  const count = Math.floor(whole / size);
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((whole - count * size) / next[1]);
  const head = `${count}${space}${symbol}`;
  return next === undefined || rest === 0 ? head : `${head} ${rest}${space}${next[0]}`;
}

/** How long ago, for a narrow column: `2 min`, `14 h`, then `21 Nov`, then `21 Nov 2025`. */
export function formatAge(moment: string | Date, now: Date, region = 'en-GB'): string {
  const then = new Date(moment);
  const seconds = (now.getTime() - then.getTime()) / 1000;
  if (seconds < 3_600) return `${Math.max(1, Math.floor(seconds / 60))}${space}min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}${space}h`;
  const sameYear = then.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(region, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(then);
}

/** `22 Nov, 03:14` this year, `22 Nov 2025, 03:14` before. */
export function formatMoment(moment: string | Date, now: Date, region = 'en-GB'): string {
  const then = new Date(moment);
  const sameYear = then.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(region, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(then);
}

/** The full time with its zone, for a tooltip. */
export function formatFullTime(moment: string | Date, region = 'en-GB'): string {
  return new Intl.DateTimeFormat(region, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(moment));
}

/** Whole per cent, rounded down: 99.9 % of the bytes are not all of them. */
export function percentOf(part: number, whole: number): number {
  if (whole <= 0) return 0;
  return Math.max(0, Math.min(100, Math.floor((part / whole) * 100 + hair)));
}

export function formatPercent(percent: number): string {
  return `${Math.floor(percent + hair)}${space}%`;
}

export function formatCount(count: number, region = 'en-GB'): string {
  return new Intl.NumberFormat(region).format(count);
}

/** Money to the cent, and to a tenth of a cent below one. */
export function formatPrice(amount: number, currency: string, region = 'en-GB'): string {
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? 3 : 2;
  return new Intl.NumberFormat(region, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
}

function formatDecimal(value: number, decimals: number, region = 'en-GB'): string {
  return new Intl.NumberFormat(region, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}
