'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ApiTokenSecret } from './api-token-secret.tsx';
import { MakingDialog } from '#components/programs/making-dialog.tsx';
import { Checkbox, Field, Input, Select } from '#components/ui/field.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { useCreateApiToken } from '#lib/client/queries/api-tokens.ts';
import type { SessionView } from '#lib/contract/session.ts';

const lifetimes = ['7', '30', '90', '365'] as const;
type Lifetime = (typeof lifetimes)[number];

/** Asks what the token may do and how long, then shows it, once. */
export function NewApiTokenDialog({ session, onClose }: { session: SessionView; onClose(): void }) {
  const t = useTranslations('apiTokens');
  const format = useFormat();
  const create = useCreateApiToken();
  const [name, setName] = useState('');
  const [isReadOnly, setReadOnly] = useState(false);
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [now] = useState(() => Date.now());
  if (create.data) {
    return (
      <ApiTokenSecret
        name={create.data.name}
        token={create.data.token}
        publicUrl={session.public_url}
        onClose={onClose}
      />
    );
  }
  const wanted = { name: name.trim(), days: Number(lifetime), read_only: isReadOnly };
  const reason = wanted.name === '' ? t('nameMissing') : undefined;
  return (
    <MakingDialog
      title={t('newTitle', { project: session.project.name })}
      programsText={t('forPrograms')}
      deed={{
        kind: 'create-api-token',
        token: { ...wanted, name: wanted.name || t('namePlaceholder') },
      }}
      reason={reason}
      isPending={create.isPending}
      error={create.error}
      makeText={t('make')}
      makingText={t('making')}
      onMake={() => create.mutate(wanted)}
      onClose={onClose}
    >
      <Field label={t('name')} hint={t('nameHint')}>
        <Input
          value={name}
          maxLength={255}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('namePlaceholder')}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Checkbox checked={isReadOnly} onChange={setReadOnly} hint={t('onlyReadsHint')}>
        {t('onlyReads')}
      </Checkbox>
      <div className="grid gap-1.5">
        <span className="font-[550]" aria-hidden="true">
          {t('ends')}
        </span>
        <Select
          label={t('ends')}
          value={lifetime}
          onChange={(next: Lifetime) => setLifetime(next)}
          options={lifetimes.map((value) => ({ value, label: t('endsAfter', { days: Number(value) }) }))}
        />
        <p className="text-12 text-ink-3">
          {t('endsHint', {
            moment: format.moment(new Date(now + wanted.days * 86_400_000).toISOString()),
          })}
        </p>
      </div>
    </MakingDialog>
  );
}
