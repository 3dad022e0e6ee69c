import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { UsagePage } from '#components/settings/usage-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings'))('usageTitle') };
}

export default function Page() {
  return <UsagePage />;
}
