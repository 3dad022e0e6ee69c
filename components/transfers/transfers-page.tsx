'use client';

import { ArrowLeftRight } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Select } from '#components/ui/field.tsx';
import { FilterChip } from '#components/ui/filter-chip.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Note } from '#components/ui/note.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { tabClass, tabListClass } from '#components/ui/tabs.tsx';
import { useUploadActions } from '#components/uploads/use-upload-actions.tsx';
import { useUploadTasks } from '#components/uploads/use-upload-tasks.ts';
import { pages } from '#lib/client/paths.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import { useOpenTransfers, useTransferList } from '#lib/client/queries/transfers.ts';
import { useUploads } from '#lib/client/queries/uploads.ts';
import { endedUploadRows, standingOf, uploadRows } from '#lib/client/uploads/upload-rows.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import { TransferListHead, TransferRow, UploadListRow } from './transfer-rows.tsx';
import { useTransferControls } from './use-transfer-controls.tsx';
import { filtersOf, transferTabs, useTransferUrl } from './use-transfer-url.ts';
import type { TransferTab, TransferUrlState } from './use-transfer-url.ts';

/** Everything that is on its way, and what has ended: uploads from any browser, copies, verifications. */
export function TransfersPage() {
  const t = useTranslations('transfers');
  const [url, setUrl] = useTransferUrl();
  const filters = filtersOf(url);
  const list = useTransferList(filters);
  const uploads = useShownUploads(url);
  const { data: stores } = useStores();
  const { actions, dialogs } = useUploadActions();
  const { controls, dialogs: transferDialogs } = useTransferControls();
  const codes = useMemo(() => new Map((stores ?? []).map(({ id, code }) => [id, code])), [stores]);
  const codeOf = (store: string) => codes.get(store) ?? store;
  const transfers = list.data?.pages.flatMap((page) => page.transfers) ?? [];
  const empty = uploads.length === 0 && transfers.length === 0;

  return (
    <>
      <PageHead
        title={t('title')}
        sub={<Sub />}
        actions={<ProgramsButton deed={{ kind: 'list-transfers', filters }} label={t('listPrograms')} />}
      />
      <nav aria-label={t('listLabel')} className={tabListClass}>
        {transferTabs.map((tab) => (
          <Link
            key={tab}
            href={tab === 'open' ? pages.transfers : `${pages.transfers}?state=${tab}`}
            aria-current={tab === url.state ? 'page' : undefined}
            className={tabClass(tab === url.state)}
          >
            <TabName tab={tab} />
          </Link>
        ))}
      </nav>
      <div className="flex min-h-12 flex-wrap items-center gap-2 px-4 py-2 rail:px-6">
        <div className="w-44">
          <Select
            label={t('filterStore')}
            value={url.store ?? ''}
            onChange={(store) => setUrl({ store: store === '' ? null : store })}
            options={[
              { value: '', label: t('allStores') },
              ...(stores ?? []).map(({ id }) => ({ value: id as string, label: id })),
            ]}
          />
        </div>
        {url.image !== null && (
          <FilterChip field={t('filterImage')} value={url.image} onRemove={() => setUrl({ image: null })} />
        )}
      </div>
      {list.error && (
        <ProblemNote error={list.error} onRetry={() => list.refetch()} className="mx-4 mb-3 rail:mx-6" />
      )}
      {list.isPending ? (
        Array.from({ length: 6 }, (_, index) => <SkeletonRow key={index} index={index} />)
      ) : empty ? (
        list.isSuccess && <Nothing url={url} onClear={() => setUrl({ store: null, image: null })} />
      ) : (
        <div role="table" aria-label={t('listLabel')}>
          <TransferListHead />
          <div role="rowgroup">
            {uploads.map((row) => (
              <UploadListRow key={row.id} row={row} actions={actions} codeOf={codeOf} />
            ))}
            {transfers.map((transfer) => (
              <TransferRow key={transfer.id} transfer={transfer} controls={controls} codeOf={codeOf} />
            ))}
          </div>
        </div>
      )}
      {list.hasNextPage && (
        <div className="px-4 py-3 rail:px-6">
          <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {list.isFetchingNextPage ? t('loadingMore') : t('more')}
          </Button>
        </div>
      )}
      {dialogs}
      {transferDialogs}
    </>
  );
}

function Sub() {
  const t = useTranslations('transfers');
  const { data: open } = useOpenTransfers();
  const tasks = useUploadTasks();
  const { data: uploads } = useUploads();
  if (!open || !uploads) return null;
  const rows = uploadRows(tasks, uploads).filter(({ state }) => state !== 'failed' && state !== 'done');
  return t('sub', { open: open.length + rows.length });
}

function TabName({ tab }: { tab: TransferTab }) {
  const t = useTranslations('transfers');
  return { open: t('tabOpen'), failed: t('tabFailed'), ended: t('tabEnded'), all: t('tabAll') }[tab];
}

/** Uploads that belong on this tab and to these filters. They are few; the server lists them all at once. */
function useShownUploads(url: TransferUrlState): UploadRow[] {
  const tasks = useUploadTasks();
  const { data: views } = useUploads();
  return useMemo(() => {
    const rows = uploadRows(tasks, views ?? []);
    const all = [...rows, ...endedUploadRows(rows, views ?? [])];
    return all.filter((row) => {
      const standing = standingOf(row.state);
      const ended = standing === 'done' || standing === 'failed';
      const onTab =
        url.state === 'all' ||
        (url.state === 'open' && !ended) ||
        (url.state === 'ended' && ended) ||
        (url.state === 'failed' && standing === 'failed');
      return (
        onTab &&
        (url.store === null || row.stores.includes(url.store)) &&
        (url.image === null || row.imageId === url.image)
      );
    });
  }, [tasks, views, url.state, url.store, url.image]);
}

function Nothing({ url, onClear }: { url: TransferUrlState; onClear(): void }) {
  const t = useTranslations('transfers');
  const filter = [url.store && `store=${url.store}`, url.image && `image=${url.image}`]
    .filter(Boolean)
    .join(' ');
  if (filter !== '') {
    return (
      <Note
        className="mx-4 rail:mx-6"
        actions={
          <Button size="small" onClick={onClear}>
            {t('clearFilter')}
          </Button>
        }
      >
        {t('noMatch', { filter })}
      </Note>
    );
  }
  const [title, body] = {
    open: [t('emptyTitle'), t('emptyBody')],
    failed: [t('emptyFailedTitle'), t('emptyFailedBody')],
    ended: [t('emptyEndedTitle'), t('emptyEndedBody')],
    all: [t('emptyEndedTitle'), t('emptyEndedBody')],
  }[url.state];
  return (
    <div className="mx-4 grid justify-items-center gap-2 rounded-panel border border-dashed border-line-control px-6 py-14 text-center rail:mx-6">
      <span className="text-ink-3">
        <Icon of={ArrowLeftRight} />
      </span>
      <p className="text-16 font-semibold">{title}</p>
      <p className="max-w-[56ch] text-ink-2">{body}</p>
    </div>
  );
}
