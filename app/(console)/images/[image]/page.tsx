import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { ImagePage } from '#components/images/image-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('images'))('title') };
}

export default async function Page({ params }: { params: Promise<{ image: string }> }) {
  const { image } = await params;
  return (
    <Suspense>
      <ImagePage imageId={image} />
    </Suspense>
  );
}
