'use client';

import { CircleCheck, Eye, TriangleAlert, Unplug } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Time, useFormat } from '#components/ui/quantity.tsx';
import { StateLabel } from '#components/ui/tag.tsx';
import { isOverLoadLine, usedPercent } from '#lib/client/berths.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** The health of a store in a word, with what one wants to know about it below. */
export function StoreState({ store, brief = false }: { store: StoreView; brief?: boolean }) {
  const t = useTranslations('stores');
  const format = useFormat();
  if (store.state === 'unavailable') {
    return (
      <>
        <StateLabel kind="danger" icon={Unplug}>
          {t('state.unavailable')}
        </StateLabel>
        {!brief && store.state_since && (
          <div className="text-12 text-ink-3">
            {t.rich('since', { moment: () => <Time moment={store.state_since ?? ''} /> })}
          </div>
        )}
      </>
    );
  }
  if (isOverLoadLine(store)) {
    return (
      <>
        <StateLabel kind="warn" icon={TriangleAlert}>
          {t('state.over-load-line')}
        </StateLabel>
        {!brief && (
          <div className="text-12 text-ink-3">
            {t('overBy', {
              used: format.percent(usedPercent(store) ?? 0),
              line: format.percent(store.load_line),
            })}
          </div>
        )}
      </>
    );
  }
  if (store.state === 'read-only') {
    return (
      <StateLabel kind="off" icon={Eye}>
        {t('state.read-only')}
      </StateLabel>
    );
  }
  return (
    <StateLabel kind="ok" icon={CircleCheck}>
      {t('state.in-service')}
    </StateLabel>
  );
}
