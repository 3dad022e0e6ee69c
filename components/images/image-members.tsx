'use client';

import { Check, CircleCheck, Clock, OctagonX, UserPlus, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { StateLabel } from '#components/ui/tag.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { useMemberChange } from '#lib/client/queries/members.ts';
import { usePeople } from '#lib/client/queries/people.ts';
import type { Project } from '#lib/client/queries/people.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { ImageView } from '#lib/contract/images.ts';

const looks = {
  accepted: { kind: 'ok', icon: CircleCheck },
  pending: { kind: 'off', icon: Clock },
  rejected: { kind: 'danger', icon: OctagonX },
} as const;

/** With whom a shared image is shared: its owner adds and removes projects, a project accepts or rejects for itself. */
export function ImageMembers({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const change = useMemberChange(image.id);
  const projects = useKnownProjects();
  return (
    <>
      {image.members.length === 0 ? (
        <p className="p-4 text-ink-3">{t('sharedWithNobody')}</p>
      ) : (
        <table className="table members">
          <thead className="sr-only">
            <tr>
              <th scope="col">{t('memberProject')}</th>
              <th scope="col">{t('column.state')}</th>
              <th scope="col">{t('memberActions')}</th>
            </tr>
          </thead>
          <tbody>
            {image.members.map((member) => (
              <MemberRow
                key={member.member_id}
                image={image}
                member={member}
                change={change}
                name={projects?.find(({ id }) => id === member.member_id)?.name}
              />
            ))}
          </tbody>
        </table>
      )}
      {change.error && (
        <div className="px-4 pb-4">
          <ProblemNote error={change.error} kind="mutation" />
        </div>
      )}
      {isOffered(image.actions, 'share') && <ShareForm image={image} change={change} projects={projects} />}
    </>
  );
}

type Change = ReturnType<typeof useMemberChange>;

/** Those whose names this caller may know: an administrator's, where Stowage keeps them itself. */
function useKnownProjects(): readonly Project[] | undefined {
  const session = useSession();
  return usePeople(isOffered(session.data?.actions ?? {}, 'people')).data?.projects;
}

function MemberRow({
  image,
  member: { member_id: project, status },
  change,
  name,
}: {
  image: ImageView;
  member: ImageView['members'][number];
  change: Change;
  name: string | undefined;
}) {
  const t = useTranslations('images');
  const session = useSession();
  const known = status === 'accepted' || status === 'rejected' ? status : 'pending';
  const isOwn = session.data?.project.id === project;
  // The first answer is given in the note above the tabs.
  const decides = isOffered(image.actions, 'decide') && isOwn;
  const decide = (wish: 'accepted' | 'rejected') => change.mutate({ kind: 'decide', project, status: wish });
  return (
    <tr>
      <td className="font-[550] [overflow-wrap:anywhere]">
        {isOwn
          ? t('memberYours', { project: session.data?.project.name ?? project })
          : (name ?? <code className="font-normal">{project}</code>)}
        {!isOwn && name !== undefined && (
          <code className="block text-12 font-normal text-ink-3">{project}</code>
        )}
      </td>
      <td>
        <StateLabel kind={looks[known].kind} icon={looks[known].icon} className="font-normal">
          {t(`member.${known}`)}
        </StateLabel>
      </td>
      <td>
        <span className="flex justify-end gap-2">
          {decides && known === 'rejected' && (
            <Button size="small" icon={Check} onClick={() => decide('accepted')}>
              {t('memberAccept')}
            </Button>
          )}
          {decides && known === 'accepted' && (
            <Button size="small" icon={X} onClick={() => decide('rejected')}>
              {t('memberReject')}
            </Button>
          )}
          {isOffered(image.actions, 'unshare') && (
            <Button
              size="small"
              variant="danger"
              icon={X}
              aria-label={t('memberRemoveNamed', { project: name ?? project })}
              onClick={() => change.mutate({ kind: 'remove', project })}
            >
              {t('memberRemove')}
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}

/** As Keystone and Stowage make ids of projects; some clouds write them with dashes. */
const idLike = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** By its id, else by its name. */
function findProject(
  projects: readonly Pick<Project, 'id' | 'name'>[],
  wanted: string,
): Pick<Project, 'id'> | undefined {
  return projects.find(({ id }) => id === wanted) ?? projects.find(({ name }) => name === wanted);
}

function ShareForm({
  image,
  change,
  projects,
}: {
  image: ImageView;
  change: Change;
  projects: readonly Project[] | undefined;
}) {
  const t = useTranslations('images');
  const own = useSession().data?.projects ?? [];
  const [project, setProject] = useState('');
  /** What was to be shared with and is no project that anybody here knows of. */
  const [doubted, setDoubted] = useState<string | null>(null);
  const wanted = project.trim();
  const isDoubted = doubted !== null && doubted === wanted;
  const share = (id: string) =>
    change.mutate(
      { kind: 'add', project: id },
      {
        onSuccess: () => {
          setProject('');
          showToast({ id: `shared ${image.id}`, text: t('memberAdded', { project: wanted }) });
        },
      },
    );
  return (
    <form
      className="flex items-start gap-2 border-t border-line p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === '') return;
        const known = findProject(projects ?? own, wanted);
        if (known !== undefined) share(known.id);
        else if (projects === undefined && (isDoubted || idLike.test(wanted))) share(wanted);
        // The server takes any word, as Glance does: a mistyped one would share with nobody.
        else setDoubted(wanted);
      }}
    >
      <Field
        label={t('memberAddLabel')}
        hint={t(projects ? 'memberAddNameHint' : 'memberAddHint')}
        error={isDoubted && t(projects ? 'memberUnknown' : 'memberDoubted', { project: wanted })}
        className="min-w-0 flex-1"
      >
        <Input value={project} onChange={(event) => setProject(event.target.value)} />
      </Field>
      <Button
        type="submit"
        icon={UserPlus}
        busy={change.isPending}
        disabledReason={wanted === '' ? t('memberAddFirst') : undefined}
        className="mt-[27px]"
      >
        {t(isDoubted && projects === undefined ? 'memberAddAnyway' : 'memberAdd')}
      </Button>
    </form>
  );
}
