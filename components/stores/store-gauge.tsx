'use client';

import { useTranslations } from 'next-intl';
import { Gauge } from '#components/ui/gauge.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { capacityBytes, layersOf, usedBytes, usedPercent } from '#lib/client/berths.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** How full a store is: the gauge with its number beside it. */
export function StoreGauge({ store, incomingBytes = 0 }: { store: StoreView; incomingBytes?: number }) {
  const t = useTranslations('stores');
  const format = useFormat();
  const used = usedBytes(store);
  const total = capacityBytes(store);
  if (used === null || total === null) return <span className="text-ink-3">{t('notCounted')}</span>;
  const part = format.part(used, total);
  return (
    <div className="flex items-center gap-3">
      <div className="min-w-14 flex-1 pt-1.5 rail:max-w-[120px]">
        <Gauge
          layers={layersOf(store, incomingBytes)}
          loadLinePercent={store.load_line}
          className="!min-w-14"
          usedPercent={usedPercent(store)}
          label={t('usedOf', { store: store.id, ...part })}
        />
      </div>
      <span className="tn leading-[18px] whitespace-nowrap" aria-hidden="true">
        <span className="block">{part.done}</span>
        <span className="block text-12 text-ink-3">{t('ofTotal', { total: part.total })}</span>
      </span>
    </div>
  );
}
