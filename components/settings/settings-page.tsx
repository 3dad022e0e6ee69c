'use client';

import { useTranslations } from 'next-intl';
import { PolicyPanel } from './policy-panel.tsx';
import { UsagePanel } from './usage-panel.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { useSession } from '#lib/client/queries/session.ts';
import { useSettings, useUsage } from '#lib/client/queries/settings.ts';

/** What the project uses and may use, and for administrators who may do what. */
export function SettingsPage() {
  const t = useTranslations('settings');
  const session = useSession();
  const usage = useUsage();
  const settings = useSettings(isOffered(session.data?.actions ?? {}, 'settings'));
  const problem = usage.error ?? settings.error;
  const retry = () => Promise.all([usage.refetch(), settings.refetch()]);
  return (
    <>
      <PageHead title={t('title')} sub={session.data?.project.name} />
      <div className="grid gap-5 px-4 pb-8 rail:px-6">
        {problem && <ProblemNote error={problem} onRetry={() => void retry()} />}
        {usage.data && <UsagePanel usage={usage.data} />}
        {settings.data && <PolicyPanel rules={settings.data.policy} />}
        {!problem && (usage.isLoading || settings.isLoading) && (
          <div role="status" aria-label={t('loading')}>
            {Array.from({ length: 6 }, (_, index) => (
              <SkeletonRow key={index} index={index} />
            ))}
          </div>
        )}
      </div>
    </>
  );
}
