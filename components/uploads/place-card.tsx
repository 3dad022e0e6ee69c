'use client';

import { useTranslations } from 'next-intl';
import { Fragment } from 'react';
import { Code } from '#components/ui/berth.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { CheckBox } from '#components/ui/field.tsx';
import { Gauge } from '#components/ui/gauge.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { capacityBytes, layersOf, usedBytes, usedPercent } from '#lib/client/berths.ts';
import type { PlaceOffer, Refusal } from '#lib/client/uploads/placement.ts';
import { useMonthPrice } from '#components/ui/use-month-price.ts';

/** A store as a place for these files: their price first, then how full it gets, then where and how fast. */
export function PlaceCard({
  offer,
  title,
  incomingBytes,
  chosen,
  onChange,
}: {
  offer: PlaceOffer;
  /** The tier in the operator's word, or the id. */
  title: string;
  incomingBytes: number;
  chosen: boolean;
  onChange(chosen: boolean): void;
}) {
  const t = useTranslations('uploads');
  const format = useFormat();
  const monthPrice = useMonthPrice();
  const { store, refusal } = offer;
  const used = usedPercent(store);
  const total = capacityBytes(store);
  const on = chosen && refusal === null;
  const facts: [string, string][] = [
    [t('free'), offer.freeBytes === null ? t('noLimit') : format.bytes(offer.freeBytes)],
    ...(store.site ? [[t('site'), store.site] as [string, string]] : []),
    ...(title === store.id ? [] : [[t('store'), store.id] as [string, string]]),
    ...(store.read_rate === null
      ? []
      : ([
          [t('readSpeed'), format.rate(store.read_rate)],
          [t('readIn'), t('about', { time: format.duration(Math.max(1, incomingBytes / store.read_rate)) })],
        ] as [string, string][])),
  ];
  return (
    <label
      className={classNames(
        'grid content-start gap-3 rounded-panel border px-3.5 pt-3.5 pb-[15px]',
        refusal !== null && 'cursor-not-allowed border-line bg-sunken',
        refusal === null && 'cursor-pointer',
        on &&
          'border-accent bg-[color-mix(in_srgb,var(--accent-tint)_42%,var(--raised))] shadow-[inset_0_0_0_1px_var(--accent)]',
        refusal === null && !on && 'border-line-strong',
      )}
    >
      <span className={classNames('flex items-center gap-2', refusal !== null && 'text-ink-3')}>
        <Code>{store.code}</Code>
        <span className="min-w-0 truncate text-14 font-semibold" title={title}>
          {title}
        </span>
        <span className="ml-auto">
          <CheckBox
            checked={on}
            onChange={onChange}
            disabled={refusal !== null}
            label={nameOf(title, store.id)}
          />
        </span>
      </span>
      {refusal === null ? (
        <span className="text-[18px] leading-6 font-semibold tracking-[-0.015em]">
          {offer.pricePerMonth === null ? (
            <span className="text-12 font-normal tracking-normal text-ink-3">{t('noPrice')}</span>
          ) : (
            <>
              {monthPrice(offer.pricePerMonth, store.currency)}{' '}
              <small className="text-12 font-normal tracking-normal text-ink-3">{t('aMonth')}</small>
            </>
          )}
        </span>
      ) : (
        <RefusalText refusal={refusal} incomingBytes={incomingBytes} />
      )}
      <Gauge
        layers={layersOf(store, on ? incomingBytes : 0)}
        loadLinePercent={store.load_line}
        usedPercent={used}
        label={
          total === null || used === null
            ? t('gaugeUnknown', { store: store.id })
            : t('gaugeLabel', {
                store: store.id,
                used: format.bytes(usedBytes(store) ?? 0),
                total: format.bytes(total),
              })
        }
        className="mt-1.5"
      />
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-12">
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt className="text-ink-3">{name}</dt>
            <dd className="tn min-w-0 truncate text-right" title={value}>
              {value}
            </dd>
          </Fragment>
        ))}
      </dl>
    </label>
  );
}

function nameOf(title: string, id: string): string {
  return title === id ? id : `${title}, ${id}`;
}

function RefusalText({ refusal, incomingBytes }: { refusal: Refusal; incomingBytes: number }) {
  const t = useTranslations('uploads');
  const format = useFormat();
  const why = {
    'read-only': () => t('refusalReadOnly'),
    unavailable: () => t('refusalUnavailable'),
    'not-allowed': () => (refusal.kind === 'not-allowed' ? refusal.reason : ''),
    full: () => t('refusalFull', { free: refusal.kind === 'full' ? format.bytes(refusal.freeBytes) : '' }),
    'above-load-line': () => t('refusalAboveLoadLine', { size: format.bytes(incomingBytes) }),
  }[refusal.kind]();
  const instead = 'instead' in refusal ? refusal.instead : null;
  return (
    <span className="text-12 text-ink-2 [overflow-wrap:anywhere]">
      {why}{' '}
      {instead &&
        (instead.freeBytes === null
          ? t('refusalInsteadNoLimit', { store: instead.store })
          : t('refusalInstead', { store: instead.store, free: format.bytes(instead.freeBytes) }))}
    </span>
  );
}
