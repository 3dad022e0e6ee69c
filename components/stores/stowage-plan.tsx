'use client';

import { TriangleAlert, Unplug } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Hold, HoldMarks, LoadLine, holdWidth } from '#components/ui/hold.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { capacityBytes, isOverLoadLine, layersOf, usedBytes, usedPercent } from '#lib/client/berths.ts';
import { pages } from '#lib/client/paths.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** All holds beside each other under one line, so that which one fills up is seen before anything is read. */
export function StowagePlan({ stores }: { stores: StoreView[] }) {
  const t = useTranslations('stores');
  const lines = new Set(
    stores.filter((store) => capacityBytes(store) !== null).map((store) => store.load_line),
  );
  const [shared] = lines;
  const common = lines.size === 1 && shared !== undefined ? shared : null;
  return (
    <div className="border-b border-line px-4 pt-5 pb-[22px] rail:px-6">
      <div className="max-rail:-mx-4 max-rail:overflow-x-auto max-rail:px-4 max-rail:pt-2.5">
        <div className="plan" style={{ ['--deck' as string]: '204px', minWidth: 40 + stores.length * 104 }}>
          <HoldMarks loadLinePercent={common} />
          <div className="plan-deck">
            {stores.map((store) => (
              <Hold
                key={store.id}
                layers={layersOf(store)}
                capacityBytes={capacityBytes(store)}
                loadLinePercent={store.load_line}
                ownLine={common === null}
                offline={store.state === 'unavailable'}
                note={t('noLimit')}
              />
            ))}
            {common !== null && <LoadLine percent={common} />}
          </div>
          <ul className="plan-labels">
            {stores.map((store) => (
              <PlanLabel key={store.id} store={store} />
            ))}
          </ul>
        </div>
      </div>
      <Legend />
    </div>
  );
}

function PlanLabel({ store }: { store: StoreView }) {
  const t = useTranslations('stores');
  const format = useFormat();
  const used = usedBytes(store);
  const total = capacityBytes(store);
  const percent = usedPercent(store);
  const part = used === null || total === null ? null : format.part(used, total);
  return (
    <li style={{ flexGrow: holdWidth(total) }}>
      <Link href={pages.store(store.id)} className="block" title={store.id}>
        <span className="flex h-5 items-center gap-1.5">
          <span className="font-mono text-12 font-semibold" aria-hidden="true">
            {store.code}
          </span>
          <span className="sr-only">{store.id}</span>
          {percent !== null && <span className="tn font-[550]">{format.percent(percent)}</span>}
          {store.state === 'unavailable' && (
            <span className="text-danger">
              <Icon of={Unplug} size="small" />
              <span className="sr-only">{t('state.unavailable')}</span>
            </span>
          )}
          {store.state !== 'unavailable' && isOverLoadLine(store) && (
            <span className="text-warn">
              <Icon of={TriangleAlert} size="small" />
              <span className="sr-only">{t('state.over-load-line')}</span>
            </span>
          )}
        </span>
        <span className="tn block text-12 text-pretty text-ink-3">
          {part ? t('partOf', part) : t(store.state === 'read-only' ? 'state.read-only' : 'noLimit')}
        </span>
      </Link>
    </li>
  );
}

function Legend() {
  const t = useTranslations('stores');
  const items = [
    ['cargo-operator', t('cargo.operator')],
    ['cargo-project', t('cargo.project')],
    ['cargo-foreign', t('cargo.foreign')],
    ['cargo-reserved shadow-[inset_0_0_0_1px_var(--cargo-hatch)]', t('cargo.reserved')],
    ['cargo-over', t('cargo.over')],
  ] as const;
  return (
    <ul className="mt-3.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-12 text-ink-3 max-rail:hidden">
      {items.map(([look, label]) => (
        <li key={label} className="flex items-center gap-1.5">
          <i aria-hidden="true" className={`size-2.5 rounded-[2px] ${look}`} />
          {label}
        </li>
      ))}
    </ul>
  );
}
