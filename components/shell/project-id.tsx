'use client';

import { useTranslations } from 'next-intl';
import { CopyButton } from '#components/ui/copy-button.tsx';

/** Who shares an image with a project is asked for this. */
export function ProjectId({ project }: { project: { id: string; name: string } }) {
  const t = useTranslations('shell');
  return (
    <span className="flex min-w-0 items-center gap-1 text-12 text-ink-3">
      <code className="[overflow-wrap:anywhere]">{project.id}</code>
      <CopyButton iconOnly text={project.id} what={t('copyProjectId', { project: project.name })} />
    </span>
  );
}
