'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { ProblemNote } from './problem-note.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isApiError } from '#lib/client/api.ts';
import { useChangePassword } from '#lib/client/queries/session.ts';
import type { SessionView } from '#lib/contract/session.ts';

const leastLetters = 12;

/** For who was given a password, and for who wants another one. */
export function ChangePasswordDialog({ session, onClose }: { session: SessionView; onClose(): void }) {
  const t = useTranslations('shell');
  const common = useTranslations('common');
  const change = useChangePassword(session);
  const [original, setOriginal] = useState('');
  const [password, setPassword] = useState('');
  const originalField = useRef<HTMLInputElement>(null);
  const isWrong = isApiError(change.error) && change.error.code === 'unauthenticated';
  const reason =
    original === '' ? t('passwordMissing') : password.length < leastLetters ? t('passwordShort') : undefined;
  const submit = () => {
    if (reason !== undefined || change.isPending) return;
    change.mutate(
      { original, password },
      {
        onSuccess: () => {
          onClose();
          showToast({ kind: 'done', text: t('passwordChanged') });
        },
        onError: () => originalField.current?.select(),
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      onSubmit={submit}
      initialFocus={originalField}
      title={t('changePasswordTitle')}
      note={change.error && !isWrong ? <ProblemNote kind="mutation" error={change.error} /> : undefined}
      footer={
        <>
          <span className="mr-auto">
            <ProgramsButton
              label={t('passwordForPrograms')}
              deed={{ kind: 'change-password', user: session.user }}
            />
          </span>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" busy={change.isPending} disabledReason={reason}>
            {change.isPending ? t('passwordSubmitting') : t('passwordSubmit')}
          </Button>
        </>
      }
    >
      {/* Password keepers look for whose it is. */}
      <input type="hidden" name="username" autoComplete="username" value={session.user.name} />
      <Field label={t('passwordNow')} error={isWrong ? t('passwordWrong') : undefined}>
        <Input
          ref={originalField}
          type="password"
          autoComplete="current-password"
          value={original}
          onChange={(event) => {
            setOriginal(event.target.value);
            if (isWrong) change.reset();
          }}
        />
      </Field>
      <Field label={t('passwordNew')} hint={t('passwordNewHint')}>
        <Input
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <p className="text-12 text-ink-3">{t('passwordBody')}</p>
    </Dialog>
  );
}
