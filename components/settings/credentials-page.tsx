'use client';

import { KeyRound, Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ApiTokensPanel } from './api-tokens-panel.tsx';
import { KeyTable } from './key-table.tsx';
import { NewCredentialDialog } from './new-credential-dialog.tsx';
import { Programs } from '#components/programs/programs.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { Time, useFormat } from '#components/ui/quantity.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { useCredentials, useDeleteCredential } from '#lib/client/queries/credentials.ts';
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
    <KeyTable
      keys={credentials.data.map(({ id, name, description, project_id, roles, expires_at }) => ({
        id,
        name,
        below: description || <code>{id}</code>,
        project: projectName(session, project_id),
        may: roles.map((role) => role.name).join(', '),
        ends: <Ends moment={expires_at} />,
      }))}
      heads={{
        name: t('column.name'),
        project: t('column.project'),
        may: t('column.roles'),
        ends: t('column.ends'),
        actions: t('column.actions'),
      }}
      removal={remove}
      words={{
        remove: t('delete'),
        removeNamed: (name) => t('deleteNamed', { name }),
        title: (name) => t('deleteTitle', { name }),
        body: t('deleteBody'),
        confirm: t('deleteConfirm'),
        busy: t('deleteBusy'),
        keep: t('keep'),
        removed: (name) => t('deleted', { name }),
      }}
    />
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
