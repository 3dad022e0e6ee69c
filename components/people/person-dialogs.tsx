'use client';

import { useTranslations } from 'next-intl';
import { PasswordSecret } from './password-secret.tsx';
import { RolesDialog } from './roles-dialog.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { Deed } from '#lib/client/equivalents.ts';
import { useDeletePerson, useEnablePerson, useResetPassword } from '#lib/client/queries/people.ts';
import type { People, Person } from '#lib/client/queries/people.ts';
import type { SessionView } from '#lib/contract/session.ts';

export interface PersonDeed {
  kind: 'roles' | 'reset' | 'disable' | 'delete';
  person: Person;
}

/** What a person's menu opens. */
export function PersonDialogs({
  deed,
  people,
  session,
  onClose,
}: {
  deed: PersonDeed | null;
  people: People;
  session: SessionView;
  onClose(): void;
}) {
  if (deed === null) return null;
  const { kind, person } = deed;
  switch (kind) {
    case 'roles':
      return <RolesDialog person={person} people={people} session={session} onClose={onClose} />;
    case 'reset':
      return <ResetPassword person={person} session={session} onClose={onClose} />;
    case 'disable':
      return <DisablePerson person={person} onClose={onClose} />;
    case 'delete':
      return <DeletePerson person={person} onClose={onClose} />;
  }
}

interface Asked {
  person: Person;
  onClose(): void;
}

function Aside({ deed }: { deed: Deed }) {
  const t = useTranslations('people');
  return <ProgramsButton withText label={t('forPrograms')} deed={deed} />;
}

function ResetPassword({ person, session, onClose }: Asked & { session: SessionView }) {
  const t = useTranslations('people');
  const reset = useResetPassword();
  const { name } = person;
  if (reset.data !== undefined) {
    return (
      <PasswordSecret
        title={t('resetTitle', { name })}
        name={name}
        password={reset.data}
        publicUrl={session.public_url}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('askReset', { name })}
      confirmLabel={t('reset')}
      busyLabel={t('resetting')}
      cancelLabel={t('keepPassword')}
      aside={<Aside deed={{ kind: 'reset-password', user: person }} />}
      busy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate(person.id)}
    >
      {t('askResetBody', { name })}
    </ConfirmDialog>
  );
}

function DisablePerson({ person, onClose }: Asked) {
  const t = useTranslations('people');
  const enable = useEnablePerson();
  const { name } = person;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('askDisable', { name })}
      confirmLabel={t('disableNow', { name })}
      busyLabel={t('disabling')}
      cancelLabel={t('keepEnabled')}
      aside={<Aside deed={{ kind: 'enable-person', user: person, enabled: false }} />}
      busy={enable.isPending}
      error={enable.error}
      onConfirm={() =>
        enable.mutate(
          { id: person.id, enabled: false },
          {
            onSuccess: () => {
              onClose();
              showToast({ kind: 'done', text: t('wasDisabled', { name }) });
            },
          },
        )
      }
    >
      {t('askDisableBody', { name })}
    </ConfirmDialog>
  );
}

function DeletePerson({ person, onClose }: Asked) {
  const t = useTranslations('people');
  const remove = useDeletePerson();
  const { name } = person;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('askDelete', { name })}
      confirmLabel={t('deleteNow', { name })}
      busyLabel={t('deleting')}
      cancelLabel={t('keep')}
      destroys
      aside={<Aside deed={{ kind: 'delete-person', user: person }} />}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(person.id, {
          onSuccess: () => {
            onClose();
            showToast({ kind: 'removed', text: t('wasDeleted', { name }) });
          },
        })
      }
    >
      {t('askDeleteBody', { name })}
    </ConfirmDialog>
  );
}
