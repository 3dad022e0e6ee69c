'use client';

import { RefreshCw } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { pages } from '#lib/client/paths.ts';

export default function PageStopped({ error, reset }: { error: Error & { digest?: string }; reset(): void }) {
  const t = useTranslations('shell');
  return (
    <div className="p-4 rail:p-6">
      <Note
        kind="danger"
        role="alert"
        title={t('errorTitle')}
        actions={
          <>
            <Button size="small" icon={RefreshCw} onClick={reset}>
              {t('errorReload')}
            </Button>
            <Link href={pages.images} className={buttonClass({ size: 'small', variant: 'ghost' })}>
              {t('errorHome')}
            </Link>
            <code className="text-ink-2">{error.digest ?? error.message}</code>
          </>
        }
      >
        {t('errorBody')}
      </Note>
    </div>
  );
}
