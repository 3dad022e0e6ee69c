'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { NewPersonDialog } from './new-person-dialog.tsx';
import { NewProjectDialog } from './new-project-dialog.tsx';
import { PeopleTable } from './people-table.tsx';
import { ProjectSection } from './project-section.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/field.tsx';
import { Note } from '#components/ui/note.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { usePeople } from '#lib/client/queries/people.ts';
import type { People } from '#lib/client/queries/people.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { SessionView } from '#lib/contract/session.ts';

const searchFrom = 8;

/** Who may sign in, to which projects, and as what: for administrators of a standalone Stowage. */
export function PeoplePage() {
  const t = useTranslations('people');
  const session = useSession();
  const isYours = isOffered(session.data?.actions ?? {}, 'people');
  const people = usePeople(isYours);
  const [making, setMaking] = useState<'person' | 'project' | null>(null);
  const isAtKeystone = session.data?.identity.mode === 'keystone';
  return (
    <>
      <PageHead
        title={t('title')}
        sub={
          people.data &&
          t('counts', { people: people.data.people.length, projects: people.data.projects.length })
        }
        actions={
          people.data && (
            <>
              <span className="max-rail:hidden">
                <ProgramsButton withText label={t('forPrograms')} deed={{ kind: 'list-people' }} />
              </span>
              <Button variant="primary" icon={Plus} onClick={() => setMaking('person')}>
                {t('create')}
              </Button>
            </>
          )
        }
      />
      {session.data && !isYours && (
        <div className="px-4 rail:px-6">
          <Note
            kind={isAtKeystone ? 'info' : undefined}
            title={t(isAtKeystone ? 'keystoneTitle' : 'notYoursTitle')}
          >
            {t(isAtKeystone ? 'keystoneBody' : 'notYoursBody')}
          </Note>
        </div>
      )}
      {people.error && !people.data && (
        <ProblemNote error={people.error} onRetry={() => void people.refetch()} className="mx-4 rail:mx-6" />
      )}
      {people.isLoading && (
        <div role="status" aria-label={t('loading')}>
          {Array.from({ length: 4 }, (_, index) => (
            <SkeletonRow key={index} index={index} />
          ))}
        </div>
      )}
      {people.data && session.data && (
        <>
          <Everybody people={people.data} session={session.data} />
          <ProjectSection people={people.data} session={session.data} onCreate={() => setMaking('project')} />
        </>
      )}
      {making === 'person' && people.data && session.data && (
        <NewPersonDialog
          projects={people.data.projects}
          session={session.data}
          onClose={() => setMaking(null)}
        />
      )}
      {making === 'project' && <NewProjectDialog onClose={() => setMaking(null)} />}
    </>
  );
}

function Everybody({ people, session }: { people: People; session: SessionView }) {
  const t = useTranslations('people');
  const [wanted, setWanted] = useState('');
  const text = wanted.trim().toLowerCase();
  const shown = people.people.filter(({ name, email }) =>
    `${name} ${email ?? ''}`.toLowerCase().includes(text),
  );
  return (
    <>
      {people.people.length >= searchFrom && (
        <div className="px-4 pb-2 rail:px-6">
          <Input
            aria-label={t('find')}
            placeholder={t('find')}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            className="!w-[240px] max-w-full"
          />
        </div>
      )}
      {shown.length > 0 && <PeopleTable shown={shown} people={people} session={session} />}
      <p role="status" className={shown.length === 0 ? 'px-4 py-4 text-ink-3 rail:px-6' : 'sr-only'}>
        {shown.length === 0 ? t('noneFound', { text: wanted.trim() }) : ''}
      </p>
    </>
  );
}
