'use client';

import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { LimitsForm } from './limits-form.tsx';
import { NotFound } from '#components/shell/not-found.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { isApiError } from '#lib/client/api.ts';
import { pages } from '#lib/client/paths.ts';
import { useProjectUsage } from '#lib/client/queries/settings.ts';

/** What one project uses, and how much it may. */
export function ProjectLimitsPage({ projectId }: { projectId: string }) {
  const t = useTranslations('settings');
  const images = useTranslations('images');
  const shell = useTranslations('shell');
  const usage = useProjectUsage(projectId);
  const name = usage.data?.project.name ?? projectId;
  const title = t('limitsOf', { project: name });
  useEffect(() => {
    document.title = `${title} – ${shell('product')}`;
  }, [title, shell]);
  if (usage.error && !usage.data) {
    if (isApiError(usage.error) && usage.error.status === 403) return <NotFound />;
    return <ProblemNote error={usage.error} onRetry={() => void usage.refetch()} className="m-4 rail:m-6" />;
  }
  if (!usage.data) {
    return (
      <div role="status" aria-label={t('loading')} className="grid gap-4 px-4 pt-14 rail:px-6">
        <Skeleton width="30%" height={20} />
        <Skeleton width="100%" height={180} className="mt-4" />
      </div>
    );
  }
  return (
    <>
      <PageHead
        back={{ href: pages.usage, label: t('usageTitle') }}
        title={title}
        below={
          <div className="mt-0.5 grid gap-0.5 text-ink-2">
            <span className="flex items-center gap-1">
              <code className="[overflow-wrap:anywhere] text-ink-3">{projectId}</code>
              <CopyButton iconOnly text={projectId} what={images('copyId')} />
            </span>
            <span>{t('limitsMean')}</span>
          </div>
        }
      />
      <LimitsForm key={projectId} usage={usage.data} />
    </>
  );
}
