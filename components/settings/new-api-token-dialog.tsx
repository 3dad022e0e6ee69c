'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ApiTokenSecret } from './api-token-secret.tsx';
import { MakingDialog } from '#components/programs/making-dialog.tsx';
import { NameField } from '#components/programs/name-field.tsx';
import { Checkbox, SelectField } from '#components/ui/field.tsx';
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
      <NameField
        label={t('name')}
        hint={t('nameHint')}
        value={name}
        onChange={setName}
        placeholder={t('namePlaceholder')}
      />
      <Checkbox checked={isReadOnly} onChange={setReadOnly} hint={t('onlyReadsHint')}>
        {t('onlyReads')}
      </Checkbox>
      <SelectField
        label={t('ends')}
        value={lifetime}
        onChange={(next: Lifetime) => setLifetime(next)}
        options={lifetimes.map((value) => ({ value, label: t('endsAfter', { days: Number(value) }) }))}
        hint={t('endsHint', {
          moment: format.moment(new Date(now + wanted.days * 86_400_000).toISOString()),
        })}
      />
    </MakingDialog>
  );
}
