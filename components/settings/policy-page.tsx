'use client';

import { useTranslations } from 'next-intl';
import { PolicyPanel } from './policy-panel.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Note } from '#components/ui/note.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { useSession } from '#lib/client/queries/session.ts';
import { useSettings } from '#lib/client/queries/settings.ts';

/** Who may do what, for administrators. */
export function PolicyPage() {
  const t = useTranslations('settings');
  const session = useSession();
  const isYours = isOffered(session.data?.actions ?? {}, 'settings');
  const settings = useSettings(isYours);
  return (
    <>
      <PageHead title={t('policyTitle')} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-8 rail:px-6">
        {session.data && !isYours && <Note title={t('notYoursTitle')}>{t('notYoursBody')}</Note>}
        {settings.error && <ProblemNote error={settings.error} onRetry={() => void settings.refetch()} />}
        {settings.data && <PolicyPanel rules={settings.data.policy} />}
        {settings.isLoading && (
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
