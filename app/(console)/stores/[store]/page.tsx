import type { Metadata } from 'next';
import { Suspense } from 'react';
import { StorePage } from '#components/stores/store-page.tsx';

export async function generateMetadata({
  params,
}: {
  params: Promise<{ store: string }>;
}): Promise<Metadata> {
  return { title: decodeURIComponent((await params).store) };
}

export default async function Page({ params }: { params: Promise<{ store: string }> }) {
  const { store } = await params;
  return (
    <Suspense>
      <StorePage storeId={decodeURIComponent(store)} />
    </Suspense>
  );
}
