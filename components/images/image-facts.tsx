'use client';

import { ShieldCheck, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Bytes, Time, useFormat } from '#components/ui/quantity.tsx';
import { useMonthPrice } from '#components/ui/use-month-price.ts';
import { usePhrase } from '#components/ui/use-phrase.ts';
import { GiB } from '#lib/contract/limits.ts';
import type { ImageView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';

export function ImageFacts({ image, stores }: { image: ImageView; stores: StoreView[] }) {
  const t = useTranslations('images');
  const format = useFormat();
  const monthPrice = useMonthPrice();
  const phrase = usePhrase();
  const stored = image.locations.reduce((sum, { bytes }) => sum + bytes, 0);
  const price = monthlyPrice(image, stores);
  const needs = [
    image.min_disk_gib > 0 && t('needsDisk', { size: format.bytes(image.min_disk_gib * GiB) }),
    image.min_ram_mib > 0 && t('needsMemory', { size: format.bytes(image.min_ram_mib * 1024 ** 2) }),
  ].filter(Boolean);
  const warnings = (image.safety?.warnings ?? []).map((english, index) =>
    phrase(image.safety?.phrases?.[index], english),
  );
  return (
    <Panel title={t('facts')}>
      <dl className="kv">
        {image.virtual_size_bytes !== null && (
          <>
            <dt>{t('fact.virtualSize')}</dt>
            <dd>
              <Bytes bytes={image.virtual_size_bytes} precision="compare" />
            </dd>
          </>
        )}
        {image.size_bytes !== null && (
          <>
            <dt>{t('fact.size')}</dt>
            <dd>
              <Bytes bytes={image.size_bytes} precision="compare" />
            </dd>
          </>
        )}
        <dt>{t('fact.stored')}</dt>
        <dd>
          {t('selectedBytes', { bytes: format.bytes(stored, 'compare'), copies: image.locations.length })}
        </dd>
        <dt>{t('fact.format')}</dt>
        <dd>
          {[image.format_detail ?? image.disk_format, image.container_format].filter(Boolean).join(', ') ||
            '–'}
        </dd>
        {needs.length > 0 && (
          <>
            <dt>{t('fact.needs')}</dt>
            <dd>{needs.join(', ')}</dd>
          </>
        )}
        <dt>{t('fact.owner')}</dt>
        <dd>{image.owner_name ?? '–'}</dd>
        <dt>{t('fact.created')}</dt>
        <dd>
          <Time moment={image.created_at} />
        </dd>
        <dt>{t('fact.updated')}</dt>
        <dd>
          <Time moment={image.updated_at} />
        </dd>
        {price !== null && (
          <>
            <dt>{t('fact.price')}</dt>
            <dd>{t('priceAMonth', { price: monthPrice(price.amount, price.currency) })}</dd>
          </>
        )}
        {image.safety && (
          <>
            <dt>{t('fact.safety')}</dt>
            <dd className="flex items-start gap-1.5">
              {warnings.length === 0 ? (
                <>
                  <span className="mt-[3px] text-ok">
                    <Icon of={ShieldCheck} size="small" />
                  </span>
                  {t('refersToNothing')}
                </>
              ) : (
                <>
                  <span className="mt-[3px] text-warn">
                    <Icon of={TriangleAlert} size="small" />
                  </span>
                  <span>{warnings.join(' ')}</span>
                </>
              )}
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

/** What its copies cost where stores have a price; null where none has. */
function monthlyPrice(
  image: Pick<ImageView, 'locations'>,
  stores: StoreView[],
): { amount: number; currency: string } | null {
  let amount = 0;
  let currency: string | null = null;
  for (const location of image.locations) {
    const store = stores.find(({ id }) => id === location.store);
    if (store?.price_per_gib_month == null) continue;
    amount += (location.bytes / GiB) * store.price_per_gib_month;
    currency = store.currency;
  }
  return currency === null ? null : { amount, currency };
}

export function ImageHashes({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const verified = image.locations.filter(
    ({ state, verified_at }) => state === 'active' && verified_at !== null,
  ).length;
  return (
    <Panel title={t('hash')} actions={<span className="text-12 text-ink-3">{t('hashSha512')}</span>}>
      {image.sha512 === null ? (
        <p className="text-ink-3">{t('noHashYet')}</p>
      ) : (
        <>
          <p className="grid grid-cols-[repeat(auto-fill,minmax(70px,1fr))] gap-x-2 font-mono text-12 leading-5">
            <span className="sr-only">{image.sha512}</span>
            {(image.sha512.match(/.{1,8}/g) ?? []).map((group, index) => (
              <span key={`${index}${group}`} aria-hidden="true">
                {group}
              </span>
            ))}
          </p>
          <div className="mt-2 flex items-center justify-between gap-4">
            <span className="text-12 text-ink-3">{t('verifiedPlaces', { count: verified })}</span>
            <CopyButton text={image.sha512} what={t('copyHash')} />
          </div>
        </>
      )}
      {image.md5 && (
        <dl className="kv mt-3 !grid-cols-[40px_minmax(0,1fr)] border-t border-line pt-3 text-12">
          <dt>{t('hashMd5')}</dt>
          <dd>
            <code>{image.md5}</code>
          </dd>
        </dl>
      )}
    </Panel>
  );
}
