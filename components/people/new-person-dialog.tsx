'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { PasswordSecret } from './password-secret.tsx';
import { RoleFields } from './role-fields.tsx';
import type { RoleName } from './role-fields.tsx';
import { MakingDialog } from '#components/programs/making-dialog.tsx';
import { NameField } from '#components/programs/name-field.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { isApiError } from '#lib/client/api.ts';
import { useCreatePerson } from '#lib/client/queries/people.ts';
import type { Project } from '#lib/client/queries/people.ts';
import type { SessionView } from '#lib/contract/session.ts';

/** Asks who it is and as what they come, then shows their password, once. */
export function NewPersonDialog({
  projects,
  session,
  onClose,
}: {
  projects: Project[];
  session: SessionView;
  onClose(): void;
}) {
  const t = useTranslations('people');
  const create = useCreatePerson();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [projectId, setProjectId] = useState(session.project.id);
  const [role, setRole] = useState<RoleName>('member');
  if (create.data) {
    return (
      <PasswordSecret
        title={t('madeTitle', { name: create.data.person.name })}
        name={create.data.person.name}
        password={create.data.password}
        publicUrl={session.public_url}
        roleError={create.data.roleError}
        onClose={onClose}
      />
    );
  }
  const wanted = { name: name.trim(), email: email.trim(), projectId, role };
  const isTaken = isApiError(create.error) && create.error.code === 'conflict';
  const reason = wanted.name === '' ? t('nameMissing') : undefined;
  return (
    <MakingDialog
      title={t('newTitle')}
      programsText={t('forPrograms')}
      deed={{
        kind: 'create-person',
        name: wanted.name || t('namePlaceholder'),
        email: wanted.email,
        project: projects.find(({ id }) => id === projectId) ?? session.project,
        role,
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
      <Field
        label={
          <>
            {t('email')} <span className="font-normal text-ink-3">{t('optional')}</span>
          </>
        }
      >
        <Input
          type="email"
          value={email}
          maxLength={255}
          autoComplete="off"
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <RoleFields
        projects={projects}
        projectId={projectId}
        onProject={setProjectId}
        role={role}
        onRole={setRole}
      />
      <p className="text-12 text-ink-3">{t('passwordWillCome')}</p>
    </MakingDialog>
  );
}
