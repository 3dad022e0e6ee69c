'use client';

import { useTranslations } from 'next-intl';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Note } from '#components/ui/note.tsx';
import { shellWord } from '#lib/client/equivalents.ts';

/** The token, with a first request. Only its own button closes it: what slips away here cannot be had again. */
export function ApiTokenSecret({
  name,
  token,
  publicUrl,
  onClose,
}: {
  name: string;
  token: string;
  publicUrl: string;
  onClose(): void;
}) {
  const t = useTranslations('apiTokens');
  const command = `curl -H 'Authorization: Bearer ${token}' \\\n  ${shellWord(`${publicUrl}/image/v2/images`)}`;
  return (
    <Dialog
      open
      wide
      onOpenChange={() => {}}
      title={t('madeTitle', { name })}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      <Note kind="info" title={t('once')}>
        {t('onceBody')}
      </Note>
      <Code label={t('token')} text={token} copy={t('copyToken')} />
      <Code label={t('tryIt')} text={command} copy={t('copyTry')} />
    </Dialog>
  );
}

function Code({ label, text, copy }: { label: string; text: string; copy: string }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <span className="font-[550]" aria-hidden="true">
        {label}
      </span>
      <div className="relative">
        <pre
          tabIndex={0}
          aria-label={label}
          className="overflow-auto rounded-control bg-code-bg py-3 pr-20 pl-4 font-mono text-12 leading-[19px] text-code-ink"
        >
          <code className="!text-12">{text}</code>
        </pre>
        <span className="absolute top-2 right-2">
          <CopyButton text={text} what={copy} />
        </span>
      </div>
    </div>
  );
}
