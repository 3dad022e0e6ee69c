'use client';

import {
  CircleUser,
  FileJson,
  Keyboard,
  KeyRound,
  LogOut,
  Monitor,
  Moon,
  Settings2,
  Sun,
} from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { IconButton } from '#components/ui/button.tsx';
import { Menu, MenuCaption, MenuChoice, MenuItem, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { pages } from '#lib/client/paths.ts';
import { useSignOut } from '#lib/client/queries/session.ts';
import { currentTheme, writeTheme } from '#lib/client/theme.ts';
import type { Theme } from '#lib/client/theme.ts';
import type { SessionView } from '#lib/contract/session.ts';
import { ChangePasswordDialog } from './change-password-dialog.tsx';
import { ProjectChoice } from './project-menu.tsx';
import { useProjectPages } from './project-pages.ts';
import { useSingleKeys } from './shortcuts.tsx';

/** Who is signed in, at the foot of the navigation. */
export function AccountMenu({ session }: { session: SessionView }) {
  const t = useTranslations('shell');
  const role = session.administrator ? 'admin' : (session.roles[0] ?? 'reader');
  return (
    <div className="-mx-3 mt-auto flex items-center gap-2.5 border-t border-line px-5 pt-3 pb-2 max-full:-mx-2 max-full:flex-col max-full:border-0 max-full:px-0">
      <span
        aria-hidden="true"
        className="grid size-[26px] flex-none place-items-center rounded-[50%] bg-cargo-1 text-11 font-semibold text-surface"
      >
        {initialsOf(session.user.name)}
      </span>
      <span className="min-w-0 leading-4 max-full:sr-only">
        <span className="block truncate font-[550]">{session.user.name}</span>
        <span className="block text-12 text-ink-3">{t('role', { role })}</span>
      </span>
      <span className="ml-auto max-full:ml-0">
        <AccountMenuButton session={session} />
      </span>
    </div>
  );
}

export function AccountMenuButton({ session, compact = false }: { session: SessionView; compact?: boolean }) {
  const t = useTranslations('shell');
  const router = useRouter();
  const signOut = useSignOut();
  const [singleKeys, setSingleKeys] = useSingleKeys();
  const projectPages = useProjectPages(session);
  const [isChanging, setChanging] = useState(false);
  return (
    <>
      <Menu
        side={compact ? 'bottom' : 'top'}
        align={compact ? 'end' : 'start'}
        trigger={
          <IconButton
            icon={compact ? CircleUser : Settings2}
            size={compact ? 'medium' : 'small'}
            label={compact ? t('account') : t('settings')}
          />
        }
      >
        <MenuCaption>
          {t('signedInAs', { user: session.user.name, project: session.project.name })}
        </MenuCaption>
        <div className={compact ? undefined : 'full:hidden'}>
          <ProjectChoice session={session} />
        </div>
        {compact && (
          <>
            <MenuSeparator />
            {projectPages.map(({ href, icon, label }) => (
              <MenuLink key={href} icon={icon} link={<Link href={href} />}>
                {label}
              </MenuLink>
            ))}
          </>
        )}
        <MenuSeparator />
        <MenuCaption>{t('theme')}</MenuCaption>
        <ThemeChoice />
        <MenuSeparator />
        <MenuItem icon={Keyboard} onSelect={() => setSingleKeys(!singleKeys)}>
          {singleKeys ? t('singleKeysOff') : t('singleKeysOn')}
        </MenuItem>
        <MenuLink icon={FileJson} link={<a href="/api/openapi.json" target="_blank" rel="noreferrer" />}>
          {t('apiDescription')}
        </MenuLink>
        <MenuSeparator />
        {session.identity.mode === 'standalone' && (
          <MenuItem icon={KeyRound} onSelect={() => setChanging(true)}>
            {t('changePassword')}
          </MenuItem>
        )}
        <MenuItem
          icon={LogOut}
          onSelect={() => signOut.mutate(undefined, { onSettled: () => router.replace(pages.signIn()) })}
        >
          {t('signOut')}
        </MenuItem>
      </Menu>
      {isChanging && <ChangePasswordDialog session={session} onClose={() => setChanging(false)} />}
    </>
  );
}

function ThemeChoice() {
  const t = useTranslations('shell');
  const [theme, setTheme] = useState<Theme>(currentTheme);
  return (
    <MenuChoice
      label={t('theme')}
      value={theme}
      onChange={(next) => {
        setTheme(next);
        writeTheme(next);
      }}
      options={[
        { value: 'system', label: t('themeSystem'), icon: Monitor },
        { value: 'light', label: t('themeLight'), icon: Sun },
        { value: 'dark', label: t('themeDark'), icon: Moon },
      ]}
    />
  );
}

/** `maria.kessler` → `MK` */
function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0]?.[0], words.at(-1)?.[0]] : [name.slice(0, 2)];
  return letters.join('').toUpperCase();
}
