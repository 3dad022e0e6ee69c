'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StoreGauge } from './store-gauge.tsx';
import { StoreState } from './store-state.tsx';
import { StowagePlan } from './stowage-plan.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Code } from '#components/ui/berth.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Skeleton, SkeletonRow } from '#components/ui/skeleton.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { capacityBytes, usedBytes } from '#lib/client/berths.ts';
import { pages } from '#lib/client/paths.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** Where images can lie: the holds under their load line, and the same in figures. */
export function StoresPage() {
  const t = useTranslations('stores');
  const stores = useStores();
  return (
    <>
      <PageHead
        title={t('title')}
        sub={stores.data && <Summary stores={stores.data} />}
        actions={<ProgramsButton withText deed={{ kind: 'list-stores' }} label={t('forPrograms')} />}
      />
      {stores.error && !stores.data ? (
        <ProblemNote error={stores.error} onRetry={() => stores.refetch()} className="mx-4 rail:mx-6" />
      ) : !stores.data ? (
        <div role="status" aria-label={t('loading')}>
          <div className="px-4 py-5 rail:px-6">
            <Skeleton width="100%" height={260} />
          </div>
          {Array.from({ length: 4 }, (_, index) => (
            <SkeletonRow key={index} index={index} />
          ))}
        </div>
      ) : (
        <>
          <StowagePlan stores={stores.data} />
          <StoreTable stores={stores.data} />
        </>
      )}
    </>
  );
}

function Summary({ stores }: { stores: StoreView[] }) {
  const t = useTranslations('stores');
  const format = useFormat();
  const counted = stores.filter((store) => capacityBytes(store) !== null && usedBytes(store) !== null);
  const used = counted.reduce((sum, store) => sum + (usedBytes(store) ?? 0), 0);
  const total = counted.reduce((sum, store) => sum + (capacityBytes(store) ?? 0), 0);
  return t('summary', { ...format.part(used, total), count: stores.length });
}

function StoreTable({ stores }: { stores: StoreView[] }) {
  const t = useTranslations('stores');
  const format = useFormat();
  const currency = stores[0]?.currency ?? 'EUR';
  const hasPrices = stores.some((store) => store.price_per_gib_month !== null);
  // Only operators are told how long reads take.
  const hasLatency = stores.some(({ actions }) => isOffered(actions, 'check'));
  return (
    <table className="table stores">
      <thead>
        <tr>
          <th scope="col">{t('column.store')}</th>
          <th scope="col" className="column-tier w-[140px]">
            {t('column.tier')}
          </th>
          <th scope="col" className="w-[156px]">
            {t('column.state')}
          </th>
          <th scope="col" className="w-[236px]">
            {t('column.used')}
          </th>
          <th scope="col" className="num column-images w-[84px]">
            {t('column.images')}
          </th>
          <th scope="col" className="num column-stored w-[110px]">
            {t('column.stored')}
          </th>
          {hasLatency && (
            <th scope="col" className="num column-latency w-[110px]">
              {t('column.latency')}
            </th>
          )}
          {hasPrices && (
            <th scope="col" className="num column-price w-[130px]">
              {t('column.price', { currency: symbolOf(currency, format.region) })}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {stores.map((store) => (
          <tr key={store.id}>
            <td>
              <div className="flex items-center gap-2.5">
                <Code>{store.code}</Code>
                <span className="min-w-0 leading-[18px]">
                  <Link href={pages.store(store.id)} className="font-[550] hover:underline">
                    {store.id}
                  </Link>
                  {store.default && <span className="text-12 text-ink-3"> {t('default')}</span>}
                  <span className="block text-12 text-ink-3">
                    {store.description || driverName(store.driver, t)}
                  </span>
                </span>
              </div>
            </td>
            <td className="column-tier">
              <div>{store.tier ?? '–'}</div>
              {store.site && <div className="text-12 text-ink-3">{store.site}</div>}
            </td>
            <td>
              <StoreState store={store} />
            </td>
            <td className="column-used">
              <StoreGauge store={store} />
            </td>
            <td className="num column-images">{format.count(store.image_count)}</td>
            <td className="num column-stored">{format.bytes(store.stored_bytes)}</td>
            {hasLatency && (
              <td className="num column-latency">
                {store.read_latency_ms === null ? '–' : t('milliseconds', { count: store.read_latency_ms })}
              </td>
            )}
            {hasPrices && (
              <td className="num column-price">
                {store.price_per_gib_month === null ? '–' : store.price_per_gib_month.toFixed(3)}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function symbolOf(currency: string, region: string): string {
  const parts = new Intl.NumberFormat(region, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  return parts.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency;
}

const knownDrivers = ['filesystem', 's3', 'swift', 'rbd', 'cinder', 'vmware', 'sheepdog', 'http'] as const;

/** What people call the technology; only operators are told, so it may be empty. */
export function driverName(driver: string, t: ReturnType<typeof useTranslations<'stores'>>): string {
  const known = knownDrivers.find((candidate) => candidate === driver);
  return known ? t(`driver.${known}`) : driver;
}
