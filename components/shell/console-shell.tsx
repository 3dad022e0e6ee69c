'use client';

import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { isApiError, sessionEndedEvent } from '#lib/client/api.ts';
import { pages } from '#lib/client/paths.ts';
import { useSession, useSessionOfOtherTabs } from '#lib/client/queries/session.ts';
import { requestUpload } from '#lib/client/upload-request.ts';
import { CommandPalette } from './command-palette.tsx';
import { EventBridge } from './event-bridge.tsx';
import { BottomBar, Navigation, TopBar } from './navigation.tsx';
import { ProblemNote } from './problem-note.tsx';
import { ShortcutList, useShortcut } from './shortcuts.tsx';

/**
 * Everything around a page of a signed-in person. Without a session it leads to signing in and back to where one was;
 * what runs in this tab (uploads) goes on meanwhile.
 *
 * @param overlays what lies over every page: the upload sheet, the dock.
 */
export function ConsoleShell({ children, overlays }: { children: ReactNode; overlays?: ReactNode }) {
  const t = useTranslations('shell');
  const router = useRouter();
  const session = useSession();
  const [palette, setPalette] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);
  const openPalette = useCallback((open: boolean) => setPalette(open), []);

  const signedOut = isApiError(session.error) && session.error.code === 'unauthenticated';
  useEffect(() => {
    const leave = () => router.replace(pages.signIn(`${location.pathname}${location.search}`, true));
    if (signedOut) leave();
    window.addEventListener(sessionEndedEvent, leave);
    return () => window.removeEventListener(sessionEndedEvent, leave);
  }, [router, signedOut]);

  useSessionOfOtherTabs(loadAnew);

  useShortcut('u', () => requestUpload());
  useShortcut('?', () => setShortcuts(true));

  if (session.data === undefined) {
    return (
      <main className="min-h-dvh bg-surface rail:ml-[57px] full:ml-[216px]" aria-busy="true">
        {session.error && !signedOut ? (
          <ProblemNote error={session.error} onRetry={() => session.refetch()} className="m-6" />
        ) : (
          <div className="pt-28">
            {Array.from({ length: 12 }, (_, index) => (
              <SkeletonRow key={index} index={index} />
            ))}
          </div>
        )}
      </main>
    );
  }
  return (
    <>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-control bg-accent px-3 py-1.5 text-on-accent focus:translate-y-0"
      >
        {t('skipToContent')}
      </a>
      <div className="grid min-h-dvh grid-cols-[minmax(0,1fr)] max-rail:pb-[58px] rail:grid-cols-[57px_minmax(0,1fr)] full:grid-cols-[216px_minmax(0,1fr)]">
        <TopBar session={session.data} onSearch={() => setPalette(true)} />
        <Navigation session={session.data} onSearch={() => setPalette(true)} />
        <main
          id="content"
          tabIndex={-1}
          className="relative flex min-w-0 flex-col bg-surface pb-[72px] outline-none max-rail:pb-[140px] max-rail:min-h-[calc(100dvh-110px)] max-rail:overflow-x-clip"
        >
          <EventBridge />
          {children}
        </main>
        <BottomBar />
      </div>
      {overlays}
      <CommandPalette open={palette} onOpenChange={openPalette} onShortcuts={() => setShortcuts(true)} />
      <ShortcutList open={shortcuts} onOpenChange={setShortcuts} />
    </>
  );
}

/** Everything that is shown belongs to the session: nothing of the old one stays in memory. */
const loadAnew = () => window.location.assign(pages.images);
