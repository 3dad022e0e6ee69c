'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { RoleFields, roleNames } from './role-fields.tsx';
import type { RoleName } from './role-fields.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { announce } from '#components/ui/live-region.tsx';
import { useGiveRole, useTakeRole } from '#lib/client/queries/people.ts';
import type { People, Person } from '#lib/client/queries/people.ts';
import type { SessionView } from '#lib/contract/session.ts';

/** Every role of a person: each is given and taken at once, because it holds at once. */
export function RolesDialog({
  person,
  people,
  session,
  onClose,
}: {
  person: Person;
  people: People;
  session: SessionView;
  onClose(): void;
}) {
  const t = useTranslations('people');
  const give = useGiveRole();
  const take = useTakeRole();
  const [projectId, setProjectId] = useState(
    () => people.projects.find(({ id }) => id === session.project.id)?.id ?? people.projects[0]?.id ?? null,
  );
  const [role, setRole] = useState<RoleName>('member');
  const { name } = person;
  const nameOf = (id: string) => people.projects.find((project) => project.id === id)?.name ?? id;
  const held = people.assignments
    .filter(({ userId }) => userId === person.id)
    .toSorted(
      (a, b) => nameOf(a.projectId).localeCompare(nameOf(b.projectId)) || rank(b.role) - rank(a.role),
    );
  const has = held.some((each) => each.projectId === projectId && each.role === role);
  const error = give.error ?? take.error;
  const submit = () => {
    if (projectId === null || has || give.isPending) return;
    take.reset();
    give.mutate(
      { userId: person.id, projectId, role },
      { onSuccess: () => announce(t('gaveRole', { name, role, project: nameOf(projectId) })) },
    );
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      onSubmit={submit}
      title={t('rolesTitle', { name })}
      note={error ? <ProblemNote kind="mutation" error={error} /> : undefined}
      footer={
        <>
          <span className="mr-auto">
            {projectId !== null && (
              <ProgramsButton
                withText
                label={t('forPrograms')}
                deed={{
                  kind: 'give-role',
                  user: person,
                  project: { id: projectId, name: nameOf(projectId) },
                  role,
                }}
              />
            )}
          </span>
          <Button variant="primary" onClick={onClose}>
            {t('done')}
          </Button>
        </>
      }
    >
      {held.length === 0 ? (
        <p className="text-ink-2">{t('rolesNone', { name })}</p>
      ) : (
        <ul aria-label={t('rolesTitle', { name })} className="border-y border-line">
          {held.map((each) => {
            const project = nameOf(each.projectId);
            const leaving =
              take.isPending &&
              take.variables.projectId === each.projectId &&
              take.variables.role === each.role;
            return (
              <li
                key={`${each.projectId} ${each.role}`}
                className="flex min-h-10 items-center gap-3 border-line py-1 not-first:border-t"
              >
                <span className="min-w-0 [overflow-wrap:anywhere]">
                  <span className="font-[550]">{t('roleName', { role: each.role })}</span>{' '}
                  <span className="text-ink-2">{project}</span>
                </span>
                <span className="ml-auto flex flex-none items-center gap-1">
                  <ProgramsButton
                    label={t('takeForPrograms', { role: each.role, project, name })}
                    deed={{
                      kind: 'take-role',
                      user: person,
                      project: { id: each.projectId, name: project },
                      role: each.role,
                    }}
                  />
                  <Button
                    size="small"
                    busy={leaving}
                    aria-label={t('takeRole', { role: each.role, project, name })}
                    onClick={() => {
                      give.reset();
                      take.mutate(each, {
                        onSuccess: () => announce(t('tookRole', { name, role: each.role, project })),
                      });
                    }}
                  >
                    {t('take')}
                  </Button>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <RoleFields
        projects={people.projects}
        projectId={projectId}
        onProject={setProjectId}
        role={role}
        onRole={setRole}
      />
      <div>
        <Button
          type="submit"
          size="small"
          icon={Plus}
          busy={give.isPending}
          disabledReason={has ? t('alreadyHas', { name }) : undefined}
        >
          {give.isPending ? t('giving') : t('give')}
        </Button>
      </div>
    </Dialog>
  );
}

const rank = (role: string) => roleNames.findIndex((name) => name === role);
