import { GitBranch, Gauge, KeyRound, UsersRound } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { isOffered } from '#lib/client/allowed.ts';
import { pages } from '#lib/client/paths.ts';
import type { SessionView } from '#lib/contract/session.ts';

export interface ProjectPage {
  href: string;
  icon: LucideIcon;
  label: string;
  isCurrent(path: string): boolean;
}

/** What one comes for less often than images: in the navigation, and behind the account menu on a phone. */
export function useProjectPages(session: SessionView | undefined): ProjectPage[] {
  const t = useTranslations('shell');
  return [
    {
      href: pages.usage,
      icon: Gauge,
      label: t('usage'),
      isCurrent: (path) => path === pages.usage || path.startsWith(`${pages.usage}/projects/`),
    },
    {
      href: pages.credentials,
      icon: KeyRound,
      label: t('credentials'),
      isCurrent: (path) => path === pages.credentials,
    },
    ...(isOffered(session?.actions ?? {}, 'people')
      ? [
          {
            href: pages.people,
            icon: UsersRound,
            label: t('people'),
            isCurrent: (path: string) => path === pages.people,
          },
        ]
      : []),
    ...(isOffered(session?.actions ?? {}, 'settings')
      ? [
          {
            href: pages.policy,
            icon: GitBranch,
            label: t('policy'),
            isCurrent: (path: string) => path === pages.policy,
          },
        ]
      : []),
  ];
}
