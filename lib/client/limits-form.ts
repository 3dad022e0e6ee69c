/** The form that sets a project's limits: what is typed, and what is sent. No browser in here. */
import { GiB, KiB, MiB, TiB } from '#lib/contract/limits.ts';
import { limitNames } from '#lib/contract/quotas.ts';
import type { LimitName, ProjectLimits, ProjectUsage } from '#lib/contract/quotas.ts';

/** `inherited`: as stowage.yaml or Keystone says; `none`: as much as it wants. */
export type LimitChoice = 'inherited' | 'most' | 'none';

export interface LimitField {
  /** Null: of all stores together. */
  store: string | null;
  name: LimitName;
  choice: LimitChoice;
  /** What is typed beside `most`. */
  text: string;
}

export function isSize(name: LimitName): boolean {
  return name === 'image_size_total' || name === 'image_stage_total';
}

export function limitKey({ store, name }: Pick<LimitField, 'store' | 'name'>): string {
  return `${store ?? ''} ${name}`;
}

/** Four fields for all stores together, and four for each store that has a figure. */
export function toLimitFields({ figures }: ProjectUsage): LimitField[] {
  const stores = new Set(figures.map(({ store }) => store));
  return [null, ...[...stores].filter((store) => store !== null)].flatMap((store) =>
    limitNames.map((name): LimitField => {
      const figure = figures.find((each) => each.store === store && each.name === name);
      if (figure?.from !== 'project') return { store, name, choice: 'inherited', text: '' };
      if (figure.limit === null) return { store, name, choice: 'none', text: '' };
      return { store, name, choice: 'most', text: toAmountText(name, figure.limit) };
    }),
  );
}

export function emptyFieldsOf(store: string): LimitField[] {
  return limitNames.map((name) => ({ store, name, choice: 'inherited', text: '' }));
}

/** What is to be sent; null while a field cannot be. */
export function toProjectLimits(fields: readonly LimitField[]): ProjectLimits | null {
  const limits: ProjectLimits = {};
  for (const { store, name, choice, text } of fields) {
    if (choice === 'inherited') continue;
    const most = choice === 'none' ? null : parseAmount(name, text);
    if (choice === 'most' && most === null) return null;
    if (store === null) limits[name] = most;
    else ((limits.stores ??= {})[store] ??= {})[name] = most;
  }
  return limits;
}

const scales: Readonly<Record<string, number>> = {
  b: 1,
  k: KiB,
  kib: KiB,
  kb: 1e3,
  m: MiB,
  mib: MiB,
  mb: 1e6,
  g: GiB,
  gib: GiB,
  gb: 1e9,
  t: TiB,
  tib: TiB,
  tb: 1e12,
  p: 1024 * TiB,
  pib: 1024 * TiB,
  pb: 1e15,
};

/**
 * Bytes for a size (`500 GiB`, `1.5T`, `200 GB`; without a unit GiB), else a whole number. Null for what is neither, or
 * too large to be counted exactly.
 */
export function parseAmount(name: LimitName, text: string): number | null {
  if (!isSize(name)) {
    const plain = text.trim().replaceAll(/(?<=\d)[\s,](?=\d{3}\b)/g, '');
    const count = /^\d+$/.test(plain) ? Number(plain) : null;
    return count !== null && Number.isSafeInteger(count) ? count : null;
  }
  const parts = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const [, figure = '', unit = ''] = parts ?? [];
  const scale = unit === '' ? GiB : scales[unit.toLowerCase()];
  if (parts === null || scale === undefined) return null;
  const bytes = Math.round(Number(figure.replace(',', '.')) * scale);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** The shortest text that `parseAmount` reads as exactly this much. */
export function toAmountText(name: LimitName, amount: number): string {
  if (!isSize(name)) return String(amount);
  for (const [unit, scale] of [
    ['TiB', TiB],
    ['GiB', GiB],
    ['MiB', MiB],
    ['KiB', KiB],
  ] as const) {
    const figure = amount / scale;
    const text = `${figure} ${unit}`;
    if (figure >= 1 && /^\d+(\.\d{1,3})?$/.test(String(figure)) && parseAmount(name, text) === amount)
      return text;
  }
  return `${amount} B`;
}
