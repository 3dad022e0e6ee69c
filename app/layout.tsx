import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import { cookies } from 'next/headers';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Providers } from '#components/shell/providers.tsx';
import { readTheme, themeCookie } from '#lib/client/theme.ts';
import './globals.css';

const inter = localFont({
  src: '../components/ui/fonts/inter.woff2',
  variable: '--font-inter',
  weight: '100 900',
  display: 'swap',
});
const jetbrainsMono = localFont({
  src: '../components/ui/fonts/jetbrains-mono.woff2',
  variable: '--font-jetbrains-mono',
  weight: '100 800',
  display: 'swap',
  preload: false,
});

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('shell');
  return { title: { default: t('product'), template: `%s – ${t('product')}` } };
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The theme stands in the first byte of the page, so nothing flashes.
  const theme = readTheme((await cookies()).get(themeCookie)?.value);
  return (
    <html
      lang={await getLocale()}
      {...(theme !== 'system' && { 'data-theme': theme })}
      className={`${inter.variable} ${jetbrainsMono.variable}`}
    >
      <body>
        <NextIntlClientProvider>
          <Providers>{children}</Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
