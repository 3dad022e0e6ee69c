'use client';

import { useTranslations } from 'next-intl';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Note } from '#components/ui/note.tsx';
import { SecretText } from '#components/ui/secret-text.tsx';

/** A password, to be passed on. Only its own button closes it: what slips away here cannot be had again. */
export function PasswordSecret({
  title,
  name,
  password,
  publicUrl,
  roleError = null,
  onClose,
}: {
  title: string;
  name: string;
  password: string;
  publicUrl: string;
  /** Why the role could not be given. */
  roleError?: unknown;
  onClose(): void;
}) {
  const t = useTranslations('people');
  const problemText = useProblemText();
  return (
    <Dialog
      open
      wide
      onOpenChange={() => {}}
      title={title}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t('kept')}
        </Button>
      }
    >
      {roleError !== null && (
        <Note kind="warn" role="alert" title={t('roleFailed', { name })}>
          {t('roleFailedBody', { reason: problemText(roleError, 'mutation') })}
        </Note>
      )}
      <Note kind="info" title={t('once')}>
        {t('onceBody', { name })}
      </Note>
      <SecretText label={t('password')} text={password} copy={t('copyPassword', { name })} />
      <SecretText
        label={t('signInAt')}
        text={t('passOn', { url: publicUrl, name, password })}
        copy={t('copyPassOn')}
      />
    </Dialog>
  );
}
