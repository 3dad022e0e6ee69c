import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { PolicyPage } from '#components/settings/policy-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings'))('policyTitle') };
}

export default function Page() {
  return <PolicyPage />;
}
