import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { TransfersPage } from '#components/transfers/transfers-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('transfers'))('title') };
}

export default function Page() {
  return (
    <Suspense>
      <TransfersPage />
    </Suspense>
  );
}
