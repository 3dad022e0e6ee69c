'use client';

import { CircleCheck, CirclePause, Ellipsis, Gauge, Plus, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { PeopleHead } from './people-head.tsx';
import { PersonState } from './people-table.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { ProjectId } from '#components/shell/project-id.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Menu, MenuItem, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { pages } from '#lib/client/paths.ts';
import { useDeleteProject, useEnableProject } from '#lib/client/queries/people.ts';
import type { People, Project } from '#lib/client/queries/people.ts';
import type { SessionView } from '#lib/contract/session.ts';

interface Asked {
  kind: 'disable' | 'delete';
  project: Project;
}

/** The projects, with how many people are in each. */
export function ProjectSection({
  people,
  session,
  onCreate,
}: {
  people: People;
  session: SessionView;
  onCreate(): void;
}) {
  const t = useTranslations('people');
  const [asked, setAsked] = useState<Asked | null>(null);
  const members = Map.groupBy(people.assignments, ({ projectId }) => projectId);
  const countOf = (id: string) => new Set(members.get(id)?.map(({ userId }) => userId)).size;
  return (
    <section aria-labelledby="projects" className="mt-9 pb-8">
      <div className="flex flex-wrap items-start gap-3 px-4 pb-2 rail:px-6">
        <div className="mr-auto min-w-0">
          <h2 id="projects" className="text-16 font-[600]">
            {t('projects')}
          </h2>
          <p className="mt-0.5 max-w-[68ch] text-ink-2">{t('projectsMeans')}</p>
        </div>
        <Button icon={Plus} onClick={onCreate}>
          {t('createProject')}
        </Button>
      </div>
      <table className="table people" aria-labelledby="projects">
        <PeopleHead name={t('column.project')} roles={t('column.people')} />
        <tbody>
          {people.projects.map((project) => (
            <tr key={project.id}>
              <td className="py-1.5">
                <span className="block leading-[18px] font-[550] [overflow-wrap:anywhere]">
                  {project.name}
                </span>
                {project.description && (
                  <span className="block text-12 [overflow-wrap:anywhere] text-ink-3">
                    {project.description}
                  </span>
                )}
                <ProjectId project={project} />
              </td>
              <td className="column-roles text-ink-2">{t('peopleIn', { count: countOf(project.id) })}</td>
              <td>
                <PersonState enabled={project.enabled} />
              </td>
              <td>
                <ProjectMenu
                  project={project}
                  isCurrent={project.id === session.project.id}
                  onAsk={(kind) => setAsked({ kind, project })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {asked?.kind === 'disable' && <DisableProject project={asked.project} onClose={() => setAsked(null)} />}
      {asked?.kind === 'delete' && <DeleteProject project={asked.project} onClose={() => setAsked(null)} />}
    </section>
  );
}

function ProjectMenu({
  project,
  isCurrent,
  onAsk,
}: {
  project: Project;
  isCurrent: boolean;
  onAsk(kind: Asked['kind']): void;
}) {
  const t = useTranslations('people');
  const problemText = useProblemText();
  const enable = useEnableProject();
  const { id, name } = project;
  const notCurrent = isCurrent ? t('currentProject') : null;
  const goOn = () =>
    enable.mutate(
      { id, enabled: true },
      {
        onSuccess: () => showToast({ kind: 'done', text: t('wasEnabled', { name }) }),
        onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }),
      },
    );
  return (
    <span className="flex justify-end">
      <Menu trigger={<IconButton icon={Ellipsis} size="small" label={t('actionsFor', { name })} />}>
        <MenuLink icon={Gauge} link={<Link href={pages.projectLimits(id)} />}>
          {t('limits')}
        </MenuLink>
        <MenuSeparator />
        {project.enabled ? (
          <MenuItem icon={CirclePause} onSelect={() => onAsk('disable')} disabledReason={notCurrent}>
            {t('disable')}
          </MenuItem>
        ) : (
          <MenuItem icon={CircleCheck} onSelect={goOn}>
            {t('enable')}
          </MenuItem>
        )}
        <MenuItem icon={Trash2} danger onSelect={() => onAsk('delete')} disabledReason={notCurrent}>
          {t('delete')}
        </MenuItem>
      </Menu>
    </span>
  );
}

function DisableProject({ project, onClose }: { project: Project; onClose(): void }) {
  const t = useTranslations('people');
  const enable = useEnableProject();
  const { id, name } = project;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('askDisableProject', { name })}
      confirmLabel={t('disableNow', { name })}
      busyLabel={t('disabling')}
      cancelLabel={t('keepEnabled')}
      aside={
        <ProgramsButton
          withText
          label={t('forPrograms')}
          deed={{ kind: 'enable-project', project, enabled: false }}
        />
      }
      busy={enable.isPending}
      error={enable.error}
      onConfirm={() =>
        enable.mutate(
          { id, enabled: false },
          {
            onSuccess: () => {
              onClose();
              showToast({ kind: 'done', text: t('wasDisabled', { name }) });
            },
          },
        )
      }
    >
      {t('askDisableProjectBody')}
    </ConfirmDialog>
  );
}

function DeleteProject({ project, onClose }: { project: Project; onClose(): void }) {
  const t = useTranslations('people');
  const remove = useDeleteProject();
  const { id, name } = project;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('askDeleteProject', { name })}
      confirmLabel={t('deleteProjectNow')}
      busyLabel={t('deleting')}
      cancelLabel={t('keep')}
      destroys
      aside={<ProgramsButton withText label={t('forPrograms')} deed={{ kind: 'delete-project', project }} />}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(id, {
          onSuccess: () => {
            onClose();
            showToast({ kind: 'removed', text: t('wasDeleted', { name }) });
          },
        })
      }
    >
      {t('askDeleteProjectBody')}
    </ConfirmDialog>
  );
}
