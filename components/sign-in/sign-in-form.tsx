'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { Note } from '#components/ui/note.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { isApiError } from '#lib/client/api.ts';
import { safeNext } from '#lib/client/paths.ts';
import { useSignIn } from '#lib/client/queries/session.ts';

/** `domain`: the one to begin with where there are several; null: there is one, and nobody is asked. */
export function SignInForm({ domain }: { domain: string | null }) {
  const t = useTranslations('signIn');
  const router = useRouter();
  const query = useSearchParams();
  const next = query.get('next');
  const signIn = useSignIn();
  const problemText = useProblemText();
  const [shown, setShown] = useState(false);
  const [tried, setTried] = useState(false);
  const [values, setValues] = useState({ name: '', password: '', project: '', domain: domain ?? '' });
  const passwordField = useRef<HTMLInputElement>(null);

  // Nothing is done that one would have to look for before trying again.
  const isUnanswered = isApiError(signIn.error) && signIn.error.code === 'network';
  const missing = {
    name: tried && values.name.trim() === '' ? t('userMissing') : undefined,
    password: tried && values.password === '' ? t('passwordMissing') : undefined,
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const name = values.name.trim();
    const project = values.project.trim();
    if (name === '' || values.password === '' || signIn.isPending) return;
    signIn.mutate(
      {
        name,
        password: values.password,
        ...(project !== '' && { project }),
        ...(values.domain.trim() !== '' && { domain: values.domain.trim() }),
      },
      {
        onSuccess: () => router.replace(safeNext(next)),
        onError: () => passwordField.current?.select(),
      },
    );
  };
  const set = (key: keyof typeof values) => (event: { target: { value: string } }) =>
    setValues((old) => ({ ...old, [key]: event.target.value }));

  return (
    <form onSubmit={submit} noValidate className="grid w-full max-w-[340px] gap-4">
      {query.has('ended') && !signIn.error && <Note kind="info">{t('sessionEnded')}</Note>}
      {signIn.error && (
        <Note kind="danger" role="alert" title={t('refused')}>
          {problemText(signIn.error, isUnanswered ? 'query' : 'mutation')}
        </Note>
      )}
      <Field label={t('user')} error={missing.name}>
        <Input
          large
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          value={values.name}
          onChange={set('name')}
        />
      </Field>
      <Field
        label={t('password')}
        error={missing.password}
        aside={
          <button
            type="button"
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className="min-h-6 font-medium text-accent-ink hover:underline"
          >
            {shown ? t('hidePassword') : t('showPassword')}
          </button>
        }
      >
        <Input
          large
          ref={passwordField}
          name="password"
          type={shown ? 'text' : 'password'}
          autoComplete="current-password"
          required
          value={values.password}
          onChange={set('password')}
        />
      </Field>
      {domain !== null && (
        <Field label={t('domain')} hint={t('domainHint')}>
          <Input
            large
            name="domain"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={values.domain}
            onChange={set('domain')}
          />
        </Field>
      )}
      <Field label={t('project')} hint={t('projectHint')}>
        <Input
          large
          name="project"
          autoComplete="organization"
          autoCapitalize="none"
          spellCheck={false}
          value={values.project}
          onChange={set('project')}
        />
      </Field>
      <Button type="submit" variant="primary" size="large" busy={signIn.isPending} className="w-full">
        {signIn.isPending ? t('submitting') : t('submit')}
      </Button>
    </form>
  );
}
