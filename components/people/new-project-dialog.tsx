'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isApiError } from '#lib/client/api.ts';
import { useCreateProject } from '#lib/client/queries/people.ts';

export function NewProjectDialog({ onClose }: { onClose(): void }) {
  const t = useTranslations('people');
  const common = useTranslations('common');
  const create = useCreateProject();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const wanted = { name: name.trim(), description: description.trim() };
  const isTaken = isApiError(create.error) && create.error.code === 'conflict';
  const reason = wanted.name === '' ? t('nameMissing') : undefined;
  const submit = () => {
    if (reason !== undefined || create.isPending) return;
    create.mutate(wanted, {
      onSuccess: () => {
        onClose();
        showToast({ kind: 'done', text: t('projectMade', { name: wanted.name }) });
      },
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      onSubmit={submit}
      title={t('newProjectTitle')}
      note={create.error && !isTaken ? <ProblemNote kind="mutation" error={create.error} /> : undefined}
      footer={
        <>
          <span className="mr-auto">
            <ProgramsButton
              withText
              label={t('forPrograms')}
              deed={{
                kind: 'create-project',
                name: wanted.name || t('projectPlaceholder'),
                description: wanted.description,
              }}
            />
          </span>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" busy={create.isPending} disabledReason={reason}>
            {create.isPending ? t('making') : t('makeProject')}
          </Button>
        </>
      }
    >
      <Field label={t('name')} hint={t('projectNameHint')} error={isTaken ? t('projectTaken') : undefined}>
        <Input
          value={name}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('projectPlaceholder')}
          onChange={(event) => {
            setName(event.target.value);
            if (isTaken) create.reset();
          }}
        />
      </Field>
      <Field
        label={
          <>
            {t('description')} <span className="font-normal text-ink-3">{t('optional')}</span>
          </>
        }
      >
        <Input value={description} maxLength={255} onChange={(event) => setDescription(event.target.value)} />
      </Field>
    </Dialog>
  );
}
