import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { ConsoleShell } from '#components/shell/console-shell.tsx';
import { Dock } from '#components/transfers/index.tsx';
import { Uploads } from '#components/uploads/index.tsx';
import { pages } from '#lib/client/paths.ts';
import { rawRequest } from '#lib/http/raw-request.ts';
import { hasSessionCookie } from '#lib/services/sessions/has-cookie.ts';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  // Whether a session still stands the pages ask themselves; who has none is led on before anything is drawn.
  if (!hasSessionCookie(await headers())) redirect(pages.signIn(askedPage()));
  return (
    <ConsoleShell
      overlays={
        <>
          <Uploads />
          <Dock />
        </>
      }
    >
      {children}
    </ConsoleShell>
  );
}

function askedPage(): string {
  const url = new URL(rawRequest()?.req.url ?? '/', 'http://console.invalid');
  url.searchParams.delete('_rsc');
  return `${url.pathname}${url.search}`;
}
