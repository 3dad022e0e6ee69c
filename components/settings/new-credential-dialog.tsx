'use client';

import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { CredentialSecret } from './credential-secret.tsx';
import { MakingDialog } from '#components/programs/making-dialog.tsx';
import { NameField } from '#components/programs/name-field.tsx';
import { Checkbox, Field, Input, SelectField } from '#components/ui/field.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { isApiError } from '#lib/client/api.ts';
import { useCreateCredential } from '#lib/client/queries/credentials.ts';
import type { SessionView } from '#lib/contract/session.ts';

const lifetimes = ['30', '90', '365', 'never'] as const;
type Lifetime = (typeof lifetimes)[number];

/** Asks what the credential may do and how long, then shows its secret, once. */
export function NewCredentialDialog({ session, onClose }: { session: SessionView; onClose(): void }) {
  const t = useTranslations('credentials');
  const format = useFormat();
  const rolesId = useId();
  const create = useCreateCredential(session.user.id);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [roles, setRoles] = useState<string[]>(() =>
    session.roles.includes('member') ? ['member'] : [...session.roles],
  );
  const [lifetime, setLifetime] = useState<Lifetime>('365');
  const [now] = useState(() => Date.now());
  const expiresAt =
    lifetime === 'never'
      ? null
      : new Date(now + Number(lifetime) * 86_400_000).toISOString().slice(0, 19) + 'Z';
  const wanted = { name: name.trim(), description: description.trim(), roles, expiresAt };
  const isTaken = isApiError(create.error) && create.error.code === 'conflict';
  if (create.data) {
    return (
      <CredentialSecret
        name={create.data.name}
        access={{ authUrl: session.identity.auth_url, id: create.data.id, secret: create.data.secret }}
        onClose={onClose}
      />
    );
  }
  const reason = wanted.name === '' ? t('nameMissing') : roles.length === 0 ? t('rolesMissing') : undefined;
  return (
    <MakingDialog
      title={t('newTitle', { project: session.project.name })}
      programsText={t('forPrograms')}
      deed={{
        kind: 'create-credential',
        identity: session.identity,
        user: session.user.id,
        ...wanted,
        name: wanted.name || t('namePlaceholder'),
      }}
      reason={reason}
      isPending={create.isPending}
      error={isTaken ? null : create.error}
      makeText={t('make')}
      makingText={t('making')}
      onMake={() => create.mutate(wanted)}
      onClose={onClose}
    >
      <NameField
        label={t('name')}
        hint={t('nameHint')}
        taken={isTaken && t('nameTaken')}
        value={name}
        onChange={(next) => {
          setName(next);
          if (isTaken) create.reset();
        }}
        placeholder={t('namePlaceholder')}
      />
      <Field label={t('description')}>
        <Input value={description} maxLength={255} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      <div role="group" aria-labelledby={rolesId} className="grid gap-1.5">
        <span id={rolesId} className="font-[550]">
          {t('roles')}
        </span>
        {session.roles.map((role) => (
          <Checkbox
            key={role}
            checked={roles.includes(role)}
            onChange={(on) => setRoles((old) => (on ? [...old, role] : old.filter((each) => each !== role)))}
            hint={t(`roleMeans.${knownRole(role)}`)}
          >
            {role}
          </Checkbox>
        ))}
      </div>
      <SelectField
        label={t('ends')}
        value={lifetime}
        onChange={(next: Lifetime) => setLifetime(next)}
        options={lifetimes.map((value) => ({
          value,
          label: value === 'never' ? t('endsNever') : t('endsAfter', { days: Number(value) }),
        }))}
        hint={expiresAt === null ? t('endsNeverHint') : t('endsHint', { moment: format.moment(expiresAt) })}
      />
    </MakingDialog>
  );
}

function knownRole(role: string): 'admin' | 'member' | 'reader' | 'other' {
  return role === 'admin' || role === 'member' || role === 'reader' ? role : 'other';
}
