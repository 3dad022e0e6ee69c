'use client';

import { ArrowLeftRight, Container, Disc3, Search, Upload } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { IconButton } from '#components/ui/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Kbd } from '#components/ui/tag.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { pages } from '#lib/client/paths.ts';
import { useImageCount } from '#lib/client/queries/images.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import { useOpenTransfers } from '#lib/client/queries/transfers.ts';
import { requestUpload } from '#lib/client/upload-request.ts';
import type { SessionView } from '#lib/contract/session.ts';
import { AccountMenu, AccountMenuButton } from './account-menu.tsx';
import { Logo } from './logo.tsx';
import { ProjectMenu } from './project-menu.tsx';
import { useProjectPages } from './project-pages.ts';

interface Entry {
  href: string;
  icon: LucideIcon;
  label: string;
  count?: number | null | undefined;
}

function useEntries(signedIn: boolean): Entry[] {
  const t = useTranslations('shell');
  const images = useImageCount({}, signedIn);
  const stores = useStores();
  const transfers = useOpenTransfers();
  return [
    { href: pages.images, icon: Disc3, label: t('images'), count: images.data },
    { href: pages.stores, icon: Container, label: t('stores'), count: stores.data?.length },
    {
      href: pages.transfers,
      icon: ArrowLeftRight,
      label: t('transfers'),
      count: transfers.data?.length || undefined,
    },
  ];
}

function useIsCurrent(): (href: string) => boolean {
  const path = usePathname();
  return (href) => path === href || path.startsWith(`${href}/`);
}

/** The column at the left; between phone and full width a rail of icons whose names are tooltips. */
export function Navigation({ session, onSearch }: { session: SessionView; onSearch(): void }) {
  const t = useTranslations('shell');
  const entries = useEntries(true);
  const isCurrent = useIsCurrent();
  const path = usePathname();
  const projectPages = useProjectPages(session);
  return (
    <nav
      aria-label={t('navigation')}
      className="sticky top-0 flex h-dvh flex-col gap-0.5 border-r border-line p-3 max-rail:hidden max-full:px-2"
    >
      <Link
        href={pages.images}
        aria-label={t('product')}
        className="flex h-9 items-center gap-2.5 px-2 text-[15px] font-[620] tracking-[-.012em] max-full:justify-center"
      >
        <Logo />
        <span className="max-full:hidden">{t('product')}</span>
      </Link>
      <ProjectMenu session={session} />
      <button
        type="button"
        onClick={onSearch}
        aria-label={t('searchOrJump')}
        className="mb-3 flex h-8 items-center gap-2 rounded-control border border-line-strong bg-surface px-2 text-ink-3 hover:bg-hover max-full:mt-2 max-full:justify-center"
      >
        <Icon of={Search} size="small" />
        <span className="max-full:hidden">{t('searchOrJump')}</span>
        <span className="ml-auto max-full:hidden">
          <Kbd>⌘K</Kbd>
        </span>
      </button>
      <ul className="grid gap-0.5">
        {entries.map((entry) => (
          <EntryLink key={entry.href} entry={entry} current={isCurrent(entry.href)} />
        ))}
      </ul>
      <p id="project-pages" className="mt-5 px-2 pb-1 text-12 text-ink-3 max-full:sr-only">
        {t('projectPages')}
      </p>
      <ul
        aria-labelledby="project-pages"
        className="grid gap-0.5 max-full:border-t max-full:border-line max-full:pt-2"
      >
        {projectPages.map((page) => (
          <EntryLink key={page.href} entry={page} current={page.isCurrent(path)} />
        ))}
      </ul>
      <AccountMenu session={session} />
    </nav>
  );
}

function EntryLink({ entry, current }: { entry: Entry; current: boolean }) {
  const { count } = useFormat();
  return (
    <li>
      <Tooltip text={entry.label} side="right" className="full:hidden">
        <Link
          href={entry.href}
          aria-current={current ? 'page' : undefined}
          className="flex h-8 items-center gap-2.5 rounded-control px-2 font-medium text-ink-2 hover:bg-hover max-full:justify-center aria-[current]:bg-surface aria-[current]:text-ink forced-colors:aria-[current]:[outline:2px_solid_CanvasText] aria-[current]:shadow-[inset_0_0_0_1px_var(--line)] aria-[current]:[&>svg]:text-accent"
        >
          <Icon of={entry.icon} />
          <span className="max-full:sr-only">{entry.label}</span>
          {typeof entry.count === 'number' && (
            <span className="tn ml-auto text-12 font-normal text-ink-3 max-full:hidden">
              {count(entry.count)}
            </span>
          )}
        </Link>
      </Tooltip>
    </li>
  );
}

/** Top of the page on a phone. */
export function TopBar({ session, onSearch }: { session: SessionView; onSearch(): void }) {
  const t = useTranslations('shell');
  return (
    <header className="flex h-[52px] items-center gap-2.5 border-b border-line bg-canvas px-4 text-[15px] font-[620] rail:hidden">
      <Logo />
      <span>{t('product')}</span>
      <span className="ml-auto flex gap-1">
        <IconButton icon={Search} label={t('search')} onClick={onSearch} />
        <AccountMenuButton session={session} compact />
      </span>
    </header>
  );
}

/** Bottom of the window on a phone: the pages, and what one comes for. */
export function BottomBar() {
  const t = useTranslations('shell');
  const entries = useEntries(true);
  const isCurrent = useIsCurrent();
  const shape =
    'grid place-items-center content-center gap-0.5 text-11 font-medium text-ink-3 [&>svg]:size-5';
  return (
    <nav
      aria-label={t('navigation')}
      className="fixed inset-x-0 bottom-0 z-30 grid h-[58px] grid-cols-4 border-t border-line bg-canvas rail:hidden"
    >
      {entries.map((entry) => (
        <Link
          key={entry.href}
          href={entry.href}
          aria-current={isCurrent(entry.href) ? 'page' : undefined}
          className={`${shape} aria-[current]:text-accent-ink`}
        >
          <Icon of={entry.icon} />
          {entry.label}
        </Link>
      ))}
      <button type="button" onClick={() => requestUpload()} className={shape}>
        <Icon of={Upload} />
        {t('upload')}
      </button>
    </nav>
  );
}
