'use client';

import {
  CircleCheck,
  CirclePause,
  Ellipsis,
  KeyRound,
  ShieldUser,
  Trash2,
  TriangleAlert,
} from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { PeopleHead } from './people-head.tsx';
import { PersonDialogs } from './person-dialogs.tsx';
import type { PersonDeed } from './person-dialogs.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { StateLabel, Tag } from '#components/ui/tag.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useEnablePerson } from '#lib/client/queries/people.ts';
import type { Assignment, People, Person } from '#lib/client/queries/people.ts';
import type { SessionView } from '#lib/contract/session.ts';

/** More roles than this are a number; all of them are behind "Roles…". */
const mostTags = 4;

export function PeopleTable({
  shown,
  people,
  session,
}: {
  shown: Person[];
  people: People;
  session: SessionView;
}) {
  const t = useTranslations('people');
  const [deed, setDeed] = useState<PersonDeed | null>(null);
  const projectNames = new Map(people.projects.map(({ id, name }) => [id, name]));
  const rolesOf = Map.groupBy(people.assignments, ({ userId }) => userId);
  return (
    <>
      <table className="table people" aria-label={t('title')}>
        <PeopleHead name={t('column.name')} roles={t('column.roles')} />
        <tbody>
          {shown.map((person) => (
            <tr key={person.id}>
              <td>
                <span className="block leading-[18px] font-[550] [overflow-wrap:anywhere]">
                  {person.name}
                  {person.id === session.user.id && (
                    <span className="ml-1.5 font-normal text-ink-3">{t('you')}</span>
                  )}
                </span>
                {person.email && (
                  <span className="block text-12 [overflow-wrap:anywhere] text-ink-3">{person.email}</span>
                )}
              </td>
              <td className="column-roles py-1.5">
                <Roles assignments={rolesOf.get(person.id) ?? []} projectNames={projectNames} />
              </td>
              <td>
                <PersonState enabled={person.enabled} />
              </td>
              <td>
                <PersonMenu person={person} isSelf={person.id === session.user.id} onDeed={setDeed} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <PersonDialogs deed={deed} people={people} session={session} onClose={() => setDeed(null)} />
    </>
  );
}

export function PersonState({ enabled }: { enabled: boolean }) {
  const t = useTranslations('people');
  return enabled ? (
    <StateLabel kind="ok" icon={CircleCheck}>
      {t('active')}
    </StateLabel>
  ) : (
    <StateLabel kind="off" icon={CirclePause}>
      {t('disabled')}
    </StateLabel>
  );
}

function Roles({
  assignments,
  projectNames,
}: {
  assignments: Assignment[];
  projectNames: ReadonlyMap<string, string>;
}) {
  const t = useTranslations('people');
  if (assignments.length === 0) {
    return (
      <StateLabel kind="warn" icon={TriangleAlert} className="!whitespace-normal">
        {t('noRole')}
      </StateLabel>
    );
  }
  return (
    <span className="flex flex-wrap gap-1">
      {assignments.slice(0, mostTags).map(({ projectId, role }) => (
        <Tag key={`${projectId} ${role}`}>
          {t('roleIn', {
            role: t('roleName', { role }),
            project: projectNames.get(projectId) ?? projectId,
          })}
        </Tag>
      ))}
      {assignments.length > mostTags && <Tag>{t('moreRoles', { count: assignments.length - mostTags })}</Tag>}
    </span>
  );
}

function PersonMenu({
  person,
  isSelf,
  onDeed,
}: {
  person: Person;
  isSelf: boolean;
  onDeed(deed: PersonDeed): void;
}) {
  const t = useTranslations('people');
  const problemText = useProblemText();
  const enable = useEnablePerson();
  const notSelf = isSelf ? t('notYourself') : null;
  const ask = (kind: PersonDeed['kind']) => () => onDeed({ kind, person });
  return (
    <span className="flex justify-end">
      <Menu
        trigger={<IconButton icon={Ellipsis} size="small" label={t('actionsFor', { name: person.name })} />}
      >
        <MenuItem icon={ShieldUser} onSelect={ask('roles')}>
          {t('roles')}
        </MenuItem>
        <MenuItem icon={KeyRound} onSelect={ask('reset')} disabledReason={isSelf ? t('ownPassword') : null}>
          {t('newPassword')}
        </MenuItem>
        <MenuSeparator />
        {person.enabled ? (
          <MenuItem icon={CirclePause} onSelect={ask('disable')} disabledReason={notSelf}>
            {t('disable')}
          </MenuItem>
        ) : (
          <MenuItem
            icon={CircleCheck}
            onSelect={() =>
              enable.mutate(
                { id: person.id, enabled: true },
                {
                  onSuccess: () => showToast({ kind: 'done', text: t('wasEnabled', { name: person.name }) }),
                  onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }),
                },
              )
            }
          >
            {t('enable')}
          </MenuItem>
        )}
        <MenuItem icon={Trash2} danger onSelect={ask('delete')} disabledReason={notSelf}>
          {t('delete')}
        </MenuItem>
      </Menu>
    </span>
  );
}
