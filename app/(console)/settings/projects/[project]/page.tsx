import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { ProjectLimitsPage } from '#components/settings/project-limits-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('settings'))('projects') };
}

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params;
  return <ProjectLimitsPage projectId={decodeURIComponent(project)} />;
}
