'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Note } from '#components/ui/note.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { isApiError } from '#lib/client/api.ts';
import type { BulkFailure } from './use-bulk.ts';

/** Which of several failed, and why each did. Nothing is cut. */
export function FailureReport<Item extends { id: string; name: string | null }>({
  title,
  failures,
}: {
  title: ReactNode;
  failures: BulkFailure<Item>[];
}) {
  const problemText = useProblemText();
  const t = useTranslations('images');
  if (failures.length === 0) return null;
  return (
    <Note kind="danger" role="alert" title={title}>
      <ul className="mt-1 grid gap-1">
        {failures.map(({ item, error }) => (
          <li key={item.id}>
            <span className="font-[550]">{item.name ?? t('unnamed', { id: item.id.slice(0, 8) })}</span>:{' '}
            {problemText(error, 'mutation')}{' '}
            {isApiError(error) && error.requestId && <code className="text-ink-3">{error.requestId}</code>}
          </li>
        ))}
      </ul>
    </Note>
  );
}
