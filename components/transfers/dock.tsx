'use client';

import { ArrowLeftRight, ChevronDown, ChevronUp, Pause, Play } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useId, useMemo } from 'react';
import type { ReactNode } from 'react';
import { IconButton } from '#components/ui/button.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { Icon } from '#components/ui/icon.tsx';
import { useUploadActions } from '#components/uploads/use-upload-actions.tsx';
import type { UploadActions } from '#components/uploads/use-upload-actions.tsx';
import { useUploadTasks } from '#components/uploads/use-upload-tasks.ts';
import { pages } from '#lib/client/paths.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import { useUploads } from '#lib/client/queries/uploads.ts';
import { standingOf, uploadRows } from '#lib/client/uploads/upload-rows.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { DockTransfer } from './dock-transfer.tsx';
import { DockUpload } from './dock-upload.tsx';
import { useDockHeight } from './use-dock-height.ts';
import { useDockOpen } from './use-dock-open.ts';
import { useLingeringTransfers } from './use-lingering-transfers.ts';
import { useTransferControls } from './use-transfer-controls.tsx';
import type { TransferControls } from './use-transfer-controls.tsx';

/** More rows than this, and the rest is a number: a list of thousands would stop the page. */
const mostRows = 50;

/** What is on its way, on every page. The server's lists, with what this tab knows of its own uploads. */
export function Dock() {
  const t = useTranslations('transfers');
  const tasks = useUploadTasks();
  const { data: views } = useUploads();
  const { data: stores } = useStores();
  const { transfers, dismiss } = useLingeringTransfers();
  const { actions, dialogs } = useUploadActions();
  const { controls, dialogs: transferDialogs } = useTransferControls();
  const [open, setOpen] = useDockOpen(usePathname().startsWith(pages.usage));
  const body = useId();
  const measured = useDockHeight();

  const uploads = useMemo(() => uploadRows(tasks, views ?? []), [tasks, views]);
  const copies = transfers.filter(({ kind }) => kind === 'copy');
  const verifications = transfers.filter(({ kind }) => kind === 'verify');
  const codes = useMemo(() => new Map((stores ?? []).map(({ id, code }) => [id, code])), [stores]);
  const codeOf = (store: string) => codes.get(store) ?? store;
  if (uploads.length === 0 && transfers.length === 0) return <>{dialogs}</>;

  const detailed = uploads.find(({ state }) => state === 'sending' || state === 'checking')?.id;
  const shownUploads = uploads.slice(0, mostRows);
  const shownCopies = copies.slice(0, mostRows - shownUploads.length);
  const shownVerifications = verifications.slice(0, mostRows - shownUploads.length - shownCopies.length);
  const hidden =
    uploads.length + transfers.length - shownUploads.length - shownCopies.length - shownVerifications.length;
  const transferItem = (transfer: TransferView) => (
    <DockTransfer
      key={transfer.id}
      transfer={transfer}
      controls={controls}
      codeOf={codeOf}
      onDismiss={() => dismiss(transfer.id)}
    />
  );

  return (
    <>
      <aside
        ref={measured}
        aria-label={t('dock')}
        className={classNames(
          'fixed right-5 bottom-5 z-30 flex max-h-[calc(100dvh-40px)] max-w-[calc(100vw-24px)] flex-col overflow-hidden rounded-panel border border-line-strong bg-raised shadow-menu max-rail:right-3 max-rail:bottom-[70px] max-rail:left-3 max-rail:max-h-[calc(100dvh-140px)] max-rail:w-auto',
          open ? 'w-[392px]' : 'w-[352px]',
        )}
      >
        <header className="flex h-11 flex-none items-center gap-2.5 pr-2 pl-3.5 font-[550]">
          <Icon of={ArrowLeftRight} />
          <HeadLine uploads={uploads} transfers={transfers} />
          <span className="ml-auto flex items-center gap-0.5">
            <AllButton uploads={uploads} actions={actions} transfers={transfers} controls={controls} />
            <IconButton
              icon={open ? ChevronDown : ChevronUp}
              size="small"
              label={open ? t('collapse') : t('expand')}
              aria-expanded={open}
              aria-controls={body}
              onClick={() => setOpen(!open)}
            />
          </span>
        </header>
        {!open && <SumBar uploads={uploads} transfers={transfers} />}
        <div id={body} hidden={!open} className="overflow-y-auto">
          <Group caption={t('uploads')}>
            {shownUploads.map((row) => (
              <DockUpload
                key={row.id}
                row={row}
                actions={actions}
                detailed={row.id === detailed}
                codes={row.stores.map(codeOf).join(', ')}
              />
            ))}
          </Group>
          <Group caption={t('copies')}>{shownCopies.map(transferItem)}</Group>
          <Group caption={t('verifications')}>{shownVerifications.map(transferItem)}</Group>
          {hidden > 0 && (
            <p className="border-t border-line px-3.5 py-2 text-12">
              <Link href={pages.transfers} className="text-accent-ink hover:underline">
                {t('andMore', { count: hidden })}
              </Link>
            </p>
          )}
        </div>
      </aside>
      {dialogs}
      {transferDialogs}
    </>
  );
}

function Group({ caption, children }: { caption: string; children: ReactNode[] }) {
  const id = useId();
  if (children.length === 0) return null;
  return (
    <section className="border-t border-line" aria-labelledby={id}>
      <h2 id={id} className="px-3.5 pt-2 !text-11 !leading-[14px] !font-medium text-ink-3">
        {caption}
      </h2>
      <ul>{children}</ul>
    </section>
  );
}

type Standing = ReturnType<typeof standingOf>;

function standings(uploads: readonly UploadRow[], transfers: readonly TransferView[]): Standing[] {
  return [...uploads.map(({ state }) => standingOf(state)), ...transfers.map(standingOfTransfer)];
}

function standingOfTransfer({ state }: TransferView): Standing {
  if (state === 'running' || state === 'verifying') return 'running';
  if (state === 'queued') return 'waiting';
  return state === 'canceled' ? 'done' : state;
}

/** "3 running, 1 paused" */
function HeadLine({ uploads, transfers }: { uploads: UploadRow[]; transfers: readonly TransferView[] }) {
  const t = useTranslations('transfers');
  const all = standings(uploads, transfers);
  const parts = (['running', 'waiting', 'paused', 'failed', 'done'] as const)
    .map((standing) => [standing, all.filter((other) => other === standing).length] as const)
    .filter(([, count]) => count > 0)
    .map(([standing, count]) => t(standing, { count }));
  return <span className="min-w-0 truncate">{parts.join(', ')}</span>;
}

/** Pauses what moves; when nothing does, goes on with what this tab and the server can go on with. */
function AllButton({
  uploads,
  actions,
  transfers,
  controls,
}: {
  uploads: UploadRow[];
  actions: UploadActions;
  transfers: readonly TransferView[];
  controls: TransferControls;
}) {
  const t = useTranslations('transfers');
  const movingUploads = uploads.filter(({ state }) => ['sending', 'waiting', 'offline'].includes(state));
  const movingTransfers = transfers.filter((transfer) => transfer.actions.pause === true);
  if (movingUploads.length + movingTransfers.length > 0) {
    const pause = () => {
      for (const row of movingUploads) actions.pause(row);
      for (const transfer of movingTransfers) controls.act(transfer, 'pause');
    };
    return <IconButton icon={Pause} size="small" label={t('pauseAll')} onClick={pause} />;
  }
  const pausedUploads = uploads.filter(({ state }) => state === 'paused');
  const pausedTransfers = transfers.filter((transfer) => transfer.actions.resume === true);
  if (pausedUploads.length + pausedTransfers.length === 0) return null;
  const goOn = () => {
    for (const row of pausedUploads) actions.goOn(row);
    for (const transfer of pausedTransfers) controls.act(transfer, 'resume');
  };
  return <IconButton icon={Play} size="small" label={t('goOnAll')} onClick={goOn} />;
}

/** Of a closed dock: all durable bytes of all that is on its way. */
function SumBar({ uploads, transfers }: { uploads: UploadRow[]; transfers: readonly TransferView[] }) {
  const total =
    uploads.reduce((sum, row) => sum + (row.totalBytes ?? 0), 0) +
    transfers.reduce((sum, transfer) => sum + transfer.bytes_total, 0);
  const done =
    uploads.reduce((sum, row) => sum + row.durableBytes, 0) +
    transfers.reduce((sum, transfer) => sum + transfer.bytes_done, 0);
  return (
    <div aria-hidden="true" className="h-[3px] flex-none bg-sunken">
      <div
        className="h-full bg-accent transition-[width] duration-1000 ease-linear"
        style={{ width: total === 0 ? 0 : `${(done / total) * 100}%` }}
      />
    </div>
  );
}
