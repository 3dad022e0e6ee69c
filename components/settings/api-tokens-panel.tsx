'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { KeyTable } from './key-table.tsx';
import { NewApiTokenDialog } from './new-api-token-dialog.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Time } from '#components/ui/quantity.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { useApiTokens, useEndApiToken } from '#lib/client/queries/api-tokens.ts';
import type { ApiTokenView } from '#lib/contract/api-tokens.ts';
import type { SessionView } from '#lib/contract/session.ts';

/** What one header is enough for: made here, shown once, ended here. */
export function ApiTokensPanel({ session }: { session: SessionView }) {
  const t = useTranslations('apiTokens');
  const tokens = useApiTokens();
  const [isMaking, setMaking] = useState(false);
  return (
    <section aria-labelledby="api-tokens" className="mt-8 pb-8">
      <div className="flex flex-wrap items-start gap-3 px-4 pb-2 rail:px-6">
        <div className="mr-auto min-w-0">
          <h2 id="api-tokens" className="text-16 font-[600]">
            {t('title')}
          </h2>
          <p className="mt-0.5 max-w-[68ch] text-ink-2">{t('means')}</p>
        </div>
        <Button icon={Plus} onClick={() => setMaking(true)}>
          {t('create')}
        </Button>
      </div>
      {tokens.error && !tokens.data && (
        <ProblemNote error={tokens.error} onRetry={() => void tokens.refetch()} className="mx-4 rail:mx-6" />
      )}
      {tokens.isLoading && (
        <div role="status" aria-label={t('loading')}>
          <SkeletonRow index={0} />
        </div>
      )}
      {tokens.data?.length === 0 && <p className="px-4 text-ink-3 rail:px-6">{t('none')}</p>}
      {tokens.data && tokens.data.length > 0 && <TokenTable tokens={tokens.data} />}
      {isMaking && <NewApiTokenDialog session={session} onClose={() => setMaking(false)} />}
    </section>
  );
}

function TokenTable({ tokens }: { tokens: ApiTokenView[] }) {
  const t = useTranslations('apiTokens');
  const end = useEndApiToken();
  return (
    <KeyTable
      keys={tokens.map(({ id, name, project, read_only, expires_at }) => ({
        id,
        name,
        project: project.name,
        may: t(read_only ? 'readOnly' : 'asYou'),
        ends: <Time moment={expires_at} />,
      }))}
      heads={{
        name: t('column.name'),
        project: t('column.project'),
        may: t('column.may'),
        ends: t('column.ends'),
        actions: t('column.actions'),
      }}
      removal={end}
      words={{
        remove: t('end'),
        removeNamed: (name) => t('endNamed', { name }),
        title: (name) => t('endTitle', { name }),
        body: t('endBody'),
        confirm: t('endConfirm'),
        busy: t('endBusy'),
        keep: t('keep'),
        removed: (name) => t('ended', { name }),
      }}
    />
  );
}
