'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { MakingDialog } from '#components/programs/making-dialog.tsx';
import { NameField } from '#components/programs/name-field.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isApiError } from '#lib/client/api.ts';
import { useCreateProject } from '#lib/client/queries/people.ts';

export function NewProjectDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations('people');
  const create = useCreateProject();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const wanted = { name: name.trim(), description: description.trim() };
  const isTaken = isApiError(create.error) && create.error.code === 'conflict';
  const reason = wanted.name === '' ? t('nameMissing') : undefined;
  const submit = () =>
    create.mutate(wanted, {
      onSuccess: () => {
        onClose();
        showToast({ kind: 'done', text: t('projectMade', { name: wanted.name }) });
      },
    });
  return (
    <MakingDialog
      title={t('newProjectTitle')}
      programsText={t('forPrograms')}
      deed={{
        kind: 'create-project',
        name: wanted.name || t('projectPlaceholder'),
        description: wanted.description,
      }}
      reason={reason}
      isPending={create.isPending}
      error={isTaken ? null : create.error}
      makeText={t('makeProject')}
      makingText={t('making')}
      onMake={submit}
      onClose={onClose}
    >
      <NameField
        label={t('name')}
        hint={t('projectNameHint')}
        taken={isTaken && t('projectTaken')}
        value={name}
        onChange={(next) => {
          setName(next);
          if (isTaken) create.reset();
        }}
        placeholder={t('projectPlaceholder')}
        maxLength={64}
      />
      <Field
        label={
          <>
            {t('description')} <span className="font-normal text-ink-3">{t('optional')}</span>
          </>
        }
      >
        <Input value={description} maxLength={255} onChange={(event) => setDescription(event.target.value)} />
      </Field>
    </MakingDialog>
  );
}
