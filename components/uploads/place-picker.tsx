'use client';

import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { Note } from '#components/ui/note.tsx';
import type { PlaceOffer } from '#lib/client/uploads/placement.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import { PlaceCard } from './place-card.tsx';

/** One card for each store; several may be ticked, and the bytes are sent once for all of them. */
export function PlacePicker({
  offers,
  fileCount,
  incomingBytes,
  chosen,
  onChange,
}: {
  offers: readonly PlaceOffer[];
  /** How many files the prices are for. */
  fileCount: number;
  incomingBytes: number;
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}) {
  const t = useTranslations('uploads');
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3 gap-y-0.5">
        <h2 id={heading}>{t('placesTitle')}</h2>
        <span className="text-ink-3">{t('placesHint', { count: fileCount })}</span>
      </div>
      {offers.every(({ refusal }) => refusal !== null) && (
        <Note kind="warn" title={t('noStores')} className="mb-2.5">
          {t('noStoresHint')}
        </Note>
      )}
      <div className="grid gap-2.5 rail:grid-cols-3">
        {offers.map((offer) => {
          const { id } = offer.store;
          return (
            <PlaceCard
              key={id}
              offer={offer}
              title={titleOf(offer.store, offers)}
              incomingBytes={incomingBytes}
              chosen={chosen.includes(id)}
              onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
            />
          );
        })}
      </div>
    </section>
  );
}

/** The tier, when it names one store only. */
function titleOf(store: StoreView, offers: readonly PlaceOffer[]): string {
  const { tier } = store;
  if (tier === null || tier === '') return store.id;
  const unique = offers.filter((offer) => offer.store.tier === tier).length === 1;
  return unique ? tier.charAt(0).toUpperCase() + tier.slice(1) : store.id;
}
