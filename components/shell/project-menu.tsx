'use client';

import { ChevronsUpDown, Cloud } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { Icon } from '#components/ui/icon.tsx';
import { Menu, MenuCaption, MenuChoice } from '#components/ui/menu.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { pages } from '#lib/client/paths.ts';
import { useSwitchProject } from '#lib/client/queries/session.ts';
import { uploadEngine } from '#lib/client/uploads/browser.ts';
import type { SessionView } from '#lib/contract/session.ts';
import { useProblemText } from './problem-note.tsx';

/** Which project on which cloud; with several it opens the list of them. */
export function ProjectMenu({ session }: { session: SessionView }) {
  const t = useTranslations('shell');
  const words = (
    <span className="truncate">
      {t.rich('cloudAndProject', {
        cloud: hostOf(session.public_url),
        project: session.project.name,
        strong: (chunks) => <b className="font-medium text-ink-2">{chunks}</b>,
      })}
    </span>
  );
  const shape = 'mb-2 flex h-[30px] items-center gap-2 px-2 text-12 text-ink-3 max-full:hidden';
  if (!hasOthers(session)) {
    return (
      <div className={shape}>
        <Icon of={Cloud} size="small" />
        {words}
      </div>
    );
  }
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={t('switchProject', { project: session.project.name })}
          className={`${shape} rounded-control text-left hover:bg-hover`}
        >
          <Icon of={Cloud} size="small" />
          {words}
          <span className="ml-auto">
            <Icon of={ChevronsUpDown} size="small" />
          </span>
        </button>
      }
    >
      <ProjectChoice session={session} />
    </Menu>
  );
}

/** The projects of who is signed in, for a menu. Nothing when there is only one. */
export function ProjectChoice({ session }: { session: SessionView }) {
  const t = useTranslations('shell');
  const problemText = useProblemText();
  const switchProject = useSwitchProject();
  const uploading = useIsUploading();
  if (!hasOthers(session)) return null;
  if (uploading)
    return <MenuCaption>{t('switchWhileUploading', { project: session.project.name })}</MenuCaption>;
  const domains = new Set(session.projects.map(({ domain }) => domain));
  return (
    <div className="max-h-[60vh] overflow-y-auto">
      <MenuCaption>{t('project')}</MenuCaption>
      <MenuChoice
        label={t('project')}
        value={session.project.id}
        onChange={(project) =>
          switchProject.mutate(project, {
            // Everything that is shown belongs to the project: nothing of the old one stays in memory.
            onSuccess: (now) => {
              if (now !== null) window.location.assign(pages.images);
              else
                showToast({
                  kind: 'failed',
                  text: t('switchWhileAnyUploads', { project: session.project.name }),
                });
            },
            onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }),
          })
        }
        options={session.projects.map(({ id, name, domain }) => ({
          value: id,
          label: domains.size > 1 ? t('projectInDomain', { project: name, domain }) : name,
        }))}
      />
    </div>
  );
}

function hasOthers({ project, projects }: SessionView): boolean {
  return projects.some(({ id }) => id !== project.id);
}

/** Uploads belong to the project that they began in, and could not go on from another. */
function useIsUploading(): boolean {
  return useSyncExternalStore(
    (listener) => uploadEngine().subscribe(listener),
    () =>
      uploadEngine()
        .getTasks()
        .some(({ state }) => state !== 'done' && state !== 'failed'),
    () => false,
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
