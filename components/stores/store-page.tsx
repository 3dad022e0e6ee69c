'use client';

import { RefreshCw, Upload } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { StoreGauge } from './store-gauge.tsx';
import { StoreState } from './store-state.tsx';
import { driverName } from './stores-page.tsx';
import { ImageBrowser } from '#components/images/image-browser.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { NotFound } from '#components/shell/not-found.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote, useProblemText } from '#components/shell/problem-note.tsx';
import { Code } from '#components/ui/berth.tsx';
import { Button } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Time, useFormat } from '#components/ui/quantity.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Tag } from '#components/ui/tag.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { isApiError } from '#lib/client/api.ts';
import { pages } from '#lib/client/paths.ts';
import { useCheckStore, useStore } from '#lib/client/queries/stores.ts';
import { requestUpload } from '#lib/client/upload-request.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** One store: what it is, how it is, and every image that lies in it. */
export function StorePage({ storeId }: { storeId: string }) {
  const t = useTranslations('stores');
  const shell = useTranslations('shell');
  const store = useStore(storeId);
  useEffect(() => {
    document.title = `${storeId} – ${shell('product')}`;
  }, [storeId, shell]);
  if (store.error && !store.data) {
    if (isApiError(store.error) && store.error.status === 404) return <NotFound />;
    return <ProblemNote error={store.error} onRetry={() => store.refetch()} className="m-4 rail:m-6" />;
  }
  if (!store.data) {
    return (
      <div role="status" aria-label={t('loading')} className="grid gap-4 px-4 pt-14 rail:px-6">
        <Skeleton width="30%" height={20} />
        <Skeleton width="100%" height={140} className="mt-4" />
      </div>
    );
  }
  const reason =
    store.data.state === 'unavailable'
      ? t('cannotTakeUnavailable', { store: storeId })
      : store.data.state === 'read-only'
        ? t('cannotTakeReadOnly', { store: storeId })
        : undefined;
  return (
    <>
      <PageHead
        back={{ href: pages.stores, label: t('title') }}
        title={
          <span className="flex items-center gap-2.5">
            <Code>{store.data.code}</Code>
            {storeId}
          </span>
        }
        below={
          <div className="mt-0.5 flex flex-wrap items-center gap-x-3.5 gap-y-0.5 text-ink-2">
            <StoreState store={store.data} brief />
            {[store.data.tier, store.data.site].filter(Boolean).map((word) => (
              <span key={word}>{word}</span>
            ))}
            {store.data.default && <Tag>{t('default')}</Tag>}
          </div>
        }
        actions={
          <>
            <ProgramsButton deed={{ kind: 'show-store', store: storeId }} label={t('forPrograms')} />
            <Button
              variant="primary"
              icon={Upload}
              disabledReason={reason}
              onClick={() => requestUpload({ stores: [storeId] })}
            >
              {t('uploadHere')}
            </Button>
          </>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 px-4 pb-5 rail:px-6">
        {store.data.state === 'unavailable' && (
          <Note
            kind="danger"
            title={t('unavailableTitle', { store: storeId })}
            actions={isOffered(store.data.actions, 'check') && <CheckNow storeId={storeId} />}
          >
            {store.data.error ?? ''} {t('unavailableBody')}
          </Note>
        )}
        <StoreFacts store={store.data} />
      </div>
      <h2 className="px-4 pb-1 rail:px-6">{t('imagesHere')}</h2>
      <ImageBrowser tab="all" store={storeId} label={t('imagesIn', { store: storeId })} />
    </>
  );
}

/** For who has just mended it and does not want to wait for the next round. */
function CheckNow({ storeId }: { storeId: string }) {
  const t = useTranslations('stores');
  const check = useCheckStore(storeId);
  const problemText = useProblemText();
  return (
    <Button
      size="small"
      icon={RefreshCw}
      busy={check.isPending}
      onClick={() =>
        check.mutate(undefined, {
          onSuccess: ({ state }) => {
            if (state === 'unavailable') {
              showToast({ kind: 'failed', text: t('stillUnavailable', { store: storeId }) });
            } else showToast({ text: t('isBack', { store: storeId }) });
          },
          onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }),
        })
      }
    >
      {check.isPending ? t('checking') : t('checkNow')}
    </Button>
  );
}

function StoreFacts({ store }: { store: StoreView }) {
  const t = useTranslations('stores');
  const format = useFormat();
  const facts: [string, React.ReactNode][] = [
    [t('fact.used'), <StoreGauge key="used" store={store} />],
    [
      t('fact.images'),
      t('imagesAndBytes', { count: store.image_count, bytes: format.bytes(store.stored_bytes) }),
    ],
    [t('fact.loadLine'), format.percent(store.load_line)],
  ];
  if (store.reserved_bytes > 0) facts.push([t('fact.reserved'), format.bytes(store.reserved_bytes)]);
  if (store.quota_bytes !== null) facts.push([t('fact.quota'), format.bytes(store.quota_bytes)]);
  if (store.price_per_gib_month !== null) {
    facts.push([
      t('fact.price'),
      t('pricePerGib', { price: format.price(store.price_per_gib_month, store.currency) }),
    ]);
  }
  if (store.read_latency_ms !== null) {
    facts.push([t('fact.latency'), t('milliseconds', { count: store.read_latency_ms })]);
  }
  if (store.driver) facts.push([t('fact.kind'), driverName(store.driver, t)]);
  if (store.hypervisors.length > 0) facts.push([t('fact.hypervisors'), store.hypervisors.join(', ')]);
  if (store.state_since) facts.push([t('fact.since'), <Time key="since" moment={store.state_since} />]);
  if (store.capacity.measured_at) {
    facts.push([t('fact.measured'), <Time key="measured" moment={store.capacity.measured_at} />]);
  }
  return (
    <Panel title={t('facts')} meta={store.description || undefined}>
      <dl className="grid gap-x-10 gap-y-2 rail:grid-cols-2 full:grid-cols-3">
        {facts.map(([name, value]) => (
          <div
            key={name}
            className="grid grid-cols-[96px_minmax(0,1fr)] items-center gap-3 rail:grid-cols-[116px_minmax(0,1fr)]"
          >
            <dt className="text-ink-3">{name}</dt>
            <dd className="tn [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
