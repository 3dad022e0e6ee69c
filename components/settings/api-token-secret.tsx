'use client';

import { useTranslations } from 'next-intl';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Note } from '#components/ui/note.tsx';
import { SecretText } from '#components/ui/secret-text.tsx';
import { shellWord } from '#lib/client/shell-command.ts';

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
      <SecretText label={t('token')} text={token} copy={t('copyToken')} />
      <SecretText label={t('tryIt')} text={command} copy={t('copyTry')} />
    </Dialog>
  );
}
