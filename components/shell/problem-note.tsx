'use client';

import { RefreshCw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Note } from '#components/ui/note.tsx';
import { usePhrase } from '#components/ui/use-phrase.ts';
import { isApiError } from '#lib/client/api.ts';

/** What went wrong, in sentences: what happened, is the data safe, what to do. */
export function useProblemText(): (error: unknown, kind?: 'query' | 'mutation') => string {
  const t = useTranslations('shell');
  const phrase = usePhrase();
  return (error, kind = 'query') => {
    if (!isApiError(error)) return t('problemUnknown', { status: '–' });
    if (error.code === 'offline') return t(kind === 'query' ? 'problemOffline' : 'problemMutationOffline');
    if (error.code === 'network') return t(kind === 'query' ? 'problemNetwork' : 'problemMutationNetwork');
    const { phrases, remedy } = error;
    const what = phrase(
      phrases?.sentence,
      error.message || t('problemUnknown', { status: String(error.status) }),
    );
    return remedy ? `${what} ${phrase(phrases?.remedy, remedy)}` : what;
  };
}

/** An error in the place of what it kept from being shown, or above the buttons of a dialog. */
export function ProblemNote({
  error,
  kind = 'query',
  title,
  onRetry,
  className,
}: {
  error: unknown;
  kind?: 'query' | 'mutation';
  title?: ReactNode;
  onRetry?: (() => void) | undefined;
  className?: string;
}) {
  const t = useTranslations('shell');
  const problemText = useProblemText();
  const requestId = isApiError(error) ? error.requestId : undefined;
  return (
    <Note
      kind="danger"
      role="alert"
      title={title ?? (kind === 'query' ? t('problemTitle') : undefined)}
      {...(className !== undefined && { className })}
      actions={
        (onRetry || requestId) && (
          <>
            {onRetry && (
              <Button size="small" icon={RefreshCw} onClick={onRetry}>
                {t('tryNow')}
              </Button>
            )}
            {requestId && (
              <>
                <code className="text-ink-2">{requestId}</code>
                <CopyButton iconOnly text={diagnosticsOf(error)} what={t('copyDiagnostics')} />
              </>
            )}
          </>
        )
      }
    >
      {problemText(error, kind)}
    </Note>
  );
}

/** What an operator needs to find it in the log: no names, no contents. */
function diagnosticsOf(error: unknown): string {
  if (!isApiError(error)) return String(error);
  return JSON.stringify(
    {
      code: error.code,
      status: error.status,
      request_id: error.requestId,
      page: location.pathname,
      at: new Date().toISOString(),
    },
    null,
    2,
  );
}
