import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { Logo } from '#components/shell/logo.tsx';
import { HoldsPicture } from '#components/sign-in/holds-picture.tsx';
import { ServiceState } from '#components/sign-in/service-state.tsx';
import { SignInForm } from '#components/sign-in/sign-in-form.tsx';
import { signInDomain } from '#lib/services/sessions/sign-in-domain.ts';
import manifest from '../../../package.json' with { type: 'json' };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('signIn'))('title') };
}

export default async function SignInPage() {
  const t = await getTranslations('signIn');
  const shell = await getTranslations('shell');
  const cloud = (await headers()).get('host') ?? shell('product');
  return (
    <div className="grid min-h-dvh rail:grid-cols-[minmax(440px,40%)_1fr]">
      <main className="grid content-start gap-10 border-line bg-surface px-5 py-8 rail:content-between rail:gap-8 rail:border-r rail:px-[72px] rail:py-12">
        <div className="flex items-center gap-3 text-20 font-[620]">
          <Logo size={30} />
          {shell('product')}
        </div>
        <div className="grid gap-7 rail:-mt-12">
          <div>
            <h1 className="!text-28 [overflow-wrap:anywhere]">{t('heading', { cloud })}</h1>
            <p className="mt-1.5 text-ink-2">{t('lead')}</p>
          </div>
          <Suspense>
            <SignInForm domain={signInDomain()} />
          </Suspense>
        </div>
        <footer className="flex flex-wrap items-center gap-x-4 gap-y-1 text-12 text-ink-3">
          <ServiceState />
          <span>{t('version', { version: manifest.version })}</span>
          <a href="/api/openapi.json" className="text-accent-ink hover:underline">
            {t('forPrograms')}
          </a>
        </footer>
      </main>
      <HoldsPicture />
    </div>
  );
}
