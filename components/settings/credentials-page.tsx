'use client';

import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ApiTokensPanel } from './api-tokens-panel.tsx';
import { NewCredentialDialog } from './new-credential-dialog.tsx';
import { Programs } from '#components/programs/programs.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { Time, useFormat } from '#components/ui/quantity.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useCredentials, useDeleteCredential } from '#lib/client/queries/credentials.ts';
import type { ApplicationCredential } from '#lib/client/queries/credentials.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { SessionView } from '#lib/contract/session.ts';

/** With what programs sign in as this person. */
export function CredentialsPage() {
  const t = useTranslations('credentials');
  const session = useSession();
  const [isMaking, setMaking] = useState(false);
  if (session.data === undefined) return <PageHead title={t('title')} />;
  const isOurs = session.data.identity.mode === 'standalone';
  return (
    <>
      <PageHead
        title={t('title')}
        below={<p className="mt-0.5 max-w-[68ch] text-ink-2">{t('means')}</p>}
        actions={
          isOurs && (
            <Button variant="primary" icon={Plus} onClick={() => setMaking(true)}>
              {t('create')}
            </Button>
          )
        }
      />
      {isOurs ? <CredentialList session={session.data} /> : <AtKeystone session={session.data} />}
      {isOurs && <ApiTokensPanel session={session.data} />}
      {isMaking && <NewCredentialDialog session={session.data} onClose={() => setMaking(false)} />}
    </>
  );
}

function AtKeystone({ session }: { session: SessionView }) {
  const t = useTranslations('credentials');
  return (
    <div className="grid max-w-[860px] grid-cols-[minmax(0,1fr)] gap-5 px-4 pt-2 pb-8 rail:px-6">
      <Note kind="info" title={t('keystoneTitle')}>
        {t('keystoneBody')}
      </Note>
      <Programs
        title={t('forPrograms')}
        deeds={[
          {
            kind: 'sign-in',
            user: session.user.name,
            project: session.project.name,
            identity: session.identity,
          },
          {
            kind: 'create-credential',
            identity: session.identity,
            user: session.user.id,
            name: t('namePlaceholder'),
            description: '',
            roles: session.roles.includes('member') ? ['member'] : session.roles.slice(0, 1),
            expiresAt: null,
          },
        ]}
      />
    </div>
  );
}

function CredentialList({ session }: { session: SessionView }) {
  const t = useTranslations('credentials');
  const credentials = useCredentials(session.user.id, true);
  const remove = useDeleteCredential(session.user.id);
  const [leaving, setLeaving] = useState<ApplicationCredential | null>(null);
  if (credentials.error && !credentials.data) {
    return (
      <ProblemNote
        error={credentials.error}
        onRetry={() => void credentials.refetch()}
        className="mx-4 rail:mx-6"
      />
    );
  }
  if (!credentials.data) {
    return (
      <div role="status" aria-label={t('loading')}>
        {Array.from({ length: 3 }, (_, index) => (
          <SkeletonRow key={index} index={index} />
        ))}
      </div>
    );
  }
  if (credentials.data.length === 0) {
    return (
      <div className="px-4 pt-2 rail:px-6">
        <Note icon={KeyRound} title={t('firstTitle')} className="max-w-[860px]">
          {t('firstBody')}
        </Note>
      </div>
    );
  }
  return (
    <>
      <table className="table credentials">
        <thead>
          <tr>
            <th scope="col">{t('column.name')}</th>
            <th scope="col" className="column-project w-[180px]">
              {t('column.project')}
            </th>
            <th scope="col" className="column-roles w-[180px]">
              {t('column.roles')}
            </th>
            <th scope="col" className="rail:w-[150px]">
              {t('column.ends')}
            </th>
            <th scope="col" className="rail:w-[110px]">
              <span className="sr-only">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {credentials.data.map((credential) => (
            <tr key={credential.id}>
              <td>
                <span className="block leading-[18px] font-[550] [overflow-wrap:anywhere]">
                  {credential.name}
                </span>
                <span className="block text-12 [overflow-wrap:anywhere] text-ink-3">
                  {credential.description || <code>{credential.id}</code>}
                </span>
              </td>
              <td className="column-project">{projectName(session, credential.project_id)}</td>
              <td className="column-roles">{credential.roles.map(({ name }) => name).join(', ')}</td>
              <td>
                <Ends moment={credential.expires_at} />
              </td>
              <td>
                <span className="flex justify-end">
                  <Button
                    size="small"
                    variant="danger"
                    icon={Trash2}
                    aria-label={t('deleteNamed', { name: credential.name })}
                    onClick={() => {
                      remove.reset();
                      setLeaving(credential);
                    }}
                  >
                    {t('delete')}
                  </Button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={(open) => !open && setLeaving(null)}
        title={t('deleteTitle', { name: leaving?.name ?? '' })}
        confirmLabel={t('deleteConfirm')}
        busyLabel={t('deleteBusy')}
        cancelLabel={t('keep')}
        destroys
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          if (leaving === null) return;
          remove.mutate(leaving.id, {
            onSuccess: () => {
              setLeaving(null);
              showToast({ kind: 'removed', text: t('deleted', { name: leaving.name }) });
            },
          });
        }}
      >
        {t('deleteBody')}
      </ConfirmDialog>
    </>
  );
}

function Ends({ moment }: { moment: string | null }) {
  const t = useTranslations('credentials');
  const format = useFormat();
  const [now] = useState(() => Date.now());
  if (moment === null) return <span className="text-ink-3">{t('never')}</span>;
  const utc = `${moment.slice(0, 19)}Z`;
  if (Date.parse(utc) <= now) {
    return <span className="text-danger">{t('ended', { moment: format.moment(utc) })}</span>;
  }
  return <Time moment={utc} />;
}

function projectName({ projects, project }: SessionView, id: string): string {
  return projects.find((each) => each.id === id)?.name ?? (project.id === id ? project.name : id);
}
