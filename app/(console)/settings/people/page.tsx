import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { PeoplePage } from '#components/people/people-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('people'))('title') };
}

export default function Page() {
  return <PeoplePage />;
}
