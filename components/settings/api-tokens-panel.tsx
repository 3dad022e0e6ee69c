'use client';

import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { NewApiTokenDialog } from './new-api-token-dialog.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Time } from '#components/ui/quantity.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { showToast } from '#components/ui/toast.tsx';
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
  const [leaving, setLeaving] = useState<ApiTokenView | null>(null);
  return (
    <>
      <table className="table credentials">
        <thead>
          <tr>
            <th scope="col">{t('column.name')}</th>
            <th scope="col" className="column-project w-[180px]">
              {t('column.project')}
            </th>
            <th scope="col" className="column-roles w-[180px]">
              {t('column.may')}
            </th>
            <th scope="col" className="rail:w-[150px]">
              {t('column.ends')}
            </th>
            <th scope="col" className="rail:w-[110px]">
              <span className="sr-only">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>
                <span className="font-[550] [overflow-wrap:anywhere]">{token.name}</span>
              </td>
              <td className="column-project">{token.project.name}</td>
              <td className="column-roles">{token.read_only ? t('readOnly') : t('asYou')}</td>
              <td>
                <Time moment={token.expires_at} />
              </td>
              <td>
                <span className="flex justify-end">
                  <Button
                    size="small"
                    variant="danger"
                    icon={Trash2}
                    aria-label={t('endNamed', { name: token.name })}
                    onClick={() => {
                      end.reset();
                      setLeaving(token);
                    }}
                  >
                    {t('end')}
                  </Button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={(open) => !open && setLeaving(null)}
        title={t('endTitle', { name: leaving?.name ?? '' })}
        confirmLabel={t('endConfirm')}
        busyLabel={t('endBusy')}
        cancelLabel={t('keep')}
        destroys
        busy={end.isPending}
        error={end.error}
        onConfirm={() => {
          if (leaving === null) return;
          end.mutate(leaving.id, {
            onSuccess: () => {
              setLeaving(null);
              showToast({ kind: 'removed', text: t('ended', { name: leaving.name }) });
            },
          });
        }}
      >
        {t('endBody')}
      </ConfirmDialog>
    </>
  );
}
