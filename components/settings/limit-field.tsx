'use client';

import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { UsageBar } from './usage-bar.tsx';
import { useAmount } from './usage-panel.tsx';
import { Input, Select } from '#components/ui/field.tsx';
import { isSize, parseAmount, toAmountText } from '#lib/client/limits-form.ts';
import type { LimitField } from '#lib/client/limits-form.ts';
import type { UsageFigure } from '#lib/contract/quotas.ts';

/** What holds where nobody set anything for the project. `limit` undefined: not known here. */
export interface Inherited {
  limit: number | null | undefined;
  from: 'default' | 'keystone';
}

/** One limit: what is used beside what is allowed, and what is wrong with what was typed under it. */
export function LimitFieldRow({
  field,
  figure,
  inherited,
  onChange,
}: {
  field: LimitField;
  figure: UsageFigure | undefined;
  inherited: Inherited;
  onChange(change: Partial<Pick<LimitField, 'choice' | 'text'>>): void;
}) {
  const t = useTranslations('settings');
  const amount = useAmount();
  const labelId = useId();
  const hintId = useId();
  const used = figure?.used ?? 0;
  const name = t(`limit.${field.name}` as const);
  const place = field.store ?? t('allStores');
  const typed = field.choice === 'most' ? parseAmount(field.name, field.text) : null;
  const most = field.choice === 'most' ? typed : field.choice === 'none' ? null : (inherited.limit ?? null);
  const isWrong = field.choice === 'most' && field.text.trim() !== '' && typed === null;
  const hint = isWrong
    ? t(isSize(field.name) ? 'sizeWrong' : 'countWrong')
    : most !== null && used > most
      ? t('belowUsed', { used: amount(field.name, used) })
      : field.choice === 'most' && isSize(field.name)
        ? typed === null
          ? t('sizeHint')
          : // Where it was typed in another unit, or without one.
            toAmountText(field.name, typed) === field.text.trim()
            ? null
            : t('amountIs', { amount: amount(field.name, typed) })
        : null;
  return (
    <div role="group" aria-labelledby={labelId} className="grid content-start gap-1.5">
      <div className="flex items-center justify-between gap-3">
        <span id={labelId} className="font-[550]">
          {name}
        </span>
        <span className="tn flex items-center gap-2.5 text-12 text-ink-3">
          <UsageBar
            used={used}
            most={most}
            label={t('usedOfMost', {
              name,
              used: amount(field.name, used),
              most: most === null ? t('noLimit') : amount(field.name, most),
            })}
            className="w-[64px] flex-none"
          />
          {t('usedNow', { used: amount(field.name, used) })}
        </span>
      </div>
      <div className="flex gap-2">
        <div className="min-w-0 flex-1">
          <Select
            label={t('choiceOf', { name, place })}
            value={field.choice}
            onChange={(choice) => onChange({ choice })}
            options={[
              { value: 'inherited', label: <InheritedWords field={field} inherited={inherited} /> },
              { value: 'most', label: t('choice.most') },
              { value: 'none', label: t('choice.none') },
            ]}
          />
        </div>
        {field.choice === 'most' && (
          <Input
            aria-label={t('amountOf', { name, place })}
            aria-invalid={isWrong || undefined}
            aria-describedby={hint === null ? undefined : hintId}
            autoFocus={field.text === ''}
            inputMode={isSize(field.name) ? 'text' : 'numeric'}
            placeholder={isSize(field.name) ? t('sizeExample') : '20'}
            value={field.text}
            onChange={(event) => onChange({ text: event.target.value })}
            className="tn !w-[132px] flex-none"
          />
        )}
      </div>
      <p
        id={hintId}
        role={isWrong ? 'alert' : undefined}
        className={`min-h-4 text-12 ${isWrong ? 'text-danger' : most !== null && used > most ? 'text-warn' : 'text-ink-3'}`}
      >
        {hint}
      </p>
    </div>
  );
}

function InheritedWords({ field, inherited }: { field: LimitField; inherited: Inherited }) {
  const t = useTranslations('settings');
  const amount = useAmount();
  const isKeystone = inherited.from === 'keystone';
  if (inherited.limit === undefined) {
    return t(isKeystone ? 'choice.inheritedKeystoneUnknown' : 'choice.inheritedUnknown');
  }
  const most = inherited.limit === null ? t('noLimit') : amount(field.name, inherited.limit);
  return t(isKeystone ? 'choice.inheritedKeystone' : 'choice.inherited', { most });
}
