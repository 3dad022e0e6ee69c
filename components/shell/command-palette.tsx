'use client';

import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { ArrowLeftRight, Container, Disc3, Keyboard, LogOut, Search, Upload } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useDeferredValue, useEffect, useState } from 'react';
import { Code } from '#components/ui/berth.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { api } from '#lib/client/api.ts';
import { addresses, pages } from '#lib/client/paths.ts';
import { imageKeys } from '#lib/client/queries/images.ts';
import { useSession, useSignOut } from '#lib/client/queries/session.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import { requestUpload } from '#lib/client/upload-request.ts';
import type { ImageList } from '#lib/contract/images.ts';
import { useProjectPages } from './project-pages.ts';

/** ⌘K: images by name or id, stores, pages, actions. */
export function CommandPalette({
  open,
  onOpenChange,
  onShortcuts,
}: {
  open: boolean;
  onOpenChange(open: boolean): void;
  onShortcuts(): void;
}) {
  const t = useTranslations('shell');
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      onOpenChange(true);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [onOpenChange]);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-40 w-[min(560px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-panel border border-line-strong bg-raised shadow-sheet outline-none">
          <Dialog.Title className="sr-only">{t('commandTitle')}</Dialog.Title>
          <Commands close={() => onOpenChange(false)} onShortcuts={onShortcuts} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ close, onShortcuts }: { close(): void; onShortcuts(): void }) {
  const t = useTranslations('shell');
  const router = useRouter();
  const signOut = useSignOut();
  const projectPages = useProjectPages(useSession().data);
  const stores = useStores();
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed.trim());
  const images = useQuery({
    queryKey: [...imageKeys.all, 'jump', wanted],
    queryFn: ({ signal }) => api<ImageList>(addresses.images, { query: { q: wanted, limit: 8 }, signal }),
    enabled: wanted.length > 0,
  });
  const matches = (...texts: string[]) =>
    texts.some((text) => text.toLowerCase().includes(typed.trim().toLowerCase()));
  const go = (href: string) => () => {
    close();
    router.push(href);
  };
  const run = (deed: () => void) => () => {
    close();
    deed();
  };
  const places: [string, LucideIcon, string][] = [
    [t('images'), Disc3, pages.images],
    [t('stores'), Container, pages.stores],
    [t('transfers'), ArrowLeftRight, pages.transfers],
    ...projectPages.map(({ label, icon, href }): [string, LucideIcon, string] => [label, icon, href]),
  ];
  const deeds: [string, LucideIcon, () => void][] = [
    [t('uploadImages'), Upload, () => requestUpload()],
    [t('shortcutsTitle'), Keyboard, onShortcuts],
    [
      t('signOut'),
      LogOut,
      () => signOut.mutate(undefined, { onSettled: () => router.replace(pages.signIn()) }),
    ],
  ];
  const shownPlaces = places.filter(([label]) => matches(label));
  const shownDeeds = deeds.filter(([label]) => matches(label));
  const shownStores = (stores.data ?? []).filter((store) => matches(store.id, store.code, store.description));
  return (
    <Command shouldFilter={false} label={t('commandTitle')} loop>
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <span className="text-ink-3">
          <Icon of={Search} />
        </span>
        <Command.Input
          autoFocus
          value={typed}
          onValueChange={setTyped}
          placeholder={t('commandPlaceholder')}
          className="h-12 w-full bg-transparent text-14 outline-none placeholder:text-ink-3"
        />
      </div>
      <Command.List
        label={t('commandTitle')}
        className="max-h-[min(420px,60vh)] overflow-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-11 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3"
      >
        <Command.Empty className="px-2.5 py-4 text-ink-3">
          {images.isFetching ? t('commandSearching') : t('commandEmpty')}
        </Command.Empty>
        {(images.data?.images.length ?? 0) > 0 && wanted !== '' && (
          <Command.Group heading={t('images')}>
            {images.data?.images.map((image) => (
              <Item
                key={image.id}
                value={`image ${image.id}`}
                icon={Disc3}
                onSelect={go(pages.image(image.id))}
              >
                <span className="truncate">{image.name ?? image.id}</span>
                <span className="ml-auto flex-none text-12 text-ink-3">{image.disk_format}</span>
              </Item>
            ))}
          </Command.Group>
        )}
        {shownPlaces.length > 0 && (
          <Command.Group heading={t('commandPages')}>
            {shownPlaces.map(([label, icon, href]) => (
              <Item key={href} value={`page ${href}`} icon={icon} onSelect={go(href)}>
                {label}
              </Item>
            ))}
          </Command.Group>
        )}
        {shownStores.length > 0 && (
          <Command.Group heading={t('stores')}>
            {shownStores.map((store) => (
              <Item
                key={store.id}
                value={`store ${store.id}`}
                icon={Container}
                onSelect={go(pages.store(store.id))}
              >
                <span className="truncate">{store.id}</span>
                <span className="ml-auto">
                  <Code>{store.code}</Code>
                </span>
              </Item>
            ))}
          </Command.Group>
        )}
        {shownDeeds.length > 0 && (
          <Command.Group heading={t('commandActions')}>
            {shownDeeds.map(([label, icon, deed]) => (
              <Item key={label} value={`action ${label}`} icon={icon} onSelect={run(deed)}>
                {label}
              </Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
}

function Item({
  value,
  icon,
  onSelect,
  children,
}: {
  value: string;
  icon: LucideIcon;
  onSelect(): void;
  children: React.ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-control px-2.5 aria-selected:bg-selected"
    >
      <Icon of={icon} />
      {children}
    </Command.Item>
  );
}
