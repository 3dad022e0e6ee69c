'use client';

import { useTranslations } from 'next-intl';
import { ProjectsPanel } from './projects-panel.tsx';
import { UsagePanel } from './usage-panel.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { ProjectId } from '#components/shell/project-id.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { useSession } from '#lib/client/queries/session.ts';
import { useUsage } from '#lib/client/queries/settings.ts';

/** What the project uses and may use, and for administrators the same of every project. */
export function UsagePage() {
  const t = useTranslations('settings');
  const session = useSession();
  const usage = useUsage();
  return (
    <>
      <PageHead
        title={t('usageTitle')}
        below={
          session.data && (
            <div className="mt-0.5 flex flex-wrap items-center gap-x-3">
              <span className="text-ink-2">{session.data.project.name}</span>
              <ProjectId project={session.data.project} />
            </div>
          )
        }
        actions={<ProgramsButton withText deed={{ kind: 'show-usage' }} label={t('forPrograms')} />}
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-8 rail:px-6">
        {usage.error && <ProblemNote error={usage.error} onRetry={() => void usage.refetch()} />}
        {usage.data && <UsagePanel usage={usage.data} />}
        {usage.isLoading && (
          <div role="status" aria-label={t('loading')}>
            {Array.from({ length: 6 }, (_, index) => (
              <SkeletonRow key={index} index={index} />
            ))}
          </div>
        )}
        {isOffered(session.data?.actions ?? {}, 'limits') && <ProjectsPanel />}
      </div>
    </>
  );
}
