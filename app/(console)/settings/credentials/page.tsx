import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { CredentialsPage } from '#components/settings/credentials-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('credentials'))('title') };
}

export default function Page() {
  return <CredentialsPage />;
}
