'use client';

import { Toast as Base } from '@base-ui/react/toast';
import { CircleCheck, OctagonX, Trash2, X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactElement, ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

type ToastKind = 'done' | 'removed' | 'failed';

interface ToastData {
  kind: ToastKind;
  /** A link or button that leads to the object. */
  action?: ReactElement | undefined;
}

const looks: Record<ToastKind, { icon: LucideIcon; colour: string }> = {
  done: { icon: CircleCheck, colour: 'text-ok' },
  removed: { icon: Trash2, colour: 'text-ink-3' },
  failed: { icon: OctagonX, colour: 'text-danger' },
};

const manager = Base.createToastManager<ToastData>();

export interface ToastOptions {
  /** One line: "pg17-primary-golden is in s3-archive". */
  text: ReactNode;
  kind?: ToastKind;
  action?: ReactElement;
  /** The same key replaces the toast that is there. */
  id?: string;
}

/** Says that something ended. Leaves after 8 s; a failure stays until it is dismissed. */
export function showToast({ text, kind = 'done', action, id }: ToastOptions): string {
  return manager.add({
    ...(id !== undefined && { id }),
    title: text,
    timeout: kind === 'failed' ? 0 : 8_000,
    priority: kind === 'failed' ? 'high' : 'low',
    data: { kind, action },
  });
}

/** Once, at the root of the page. */
export function ToastHost({ children }: { children: ReactNode }) {
  const t = useTranslations('common');
  return (
    <Base.Provider toastManager={manager} limit={4}>
      {children}
      <Base.Portal>
        <Base.Viewport
          aria-label={t('notifications')}
          className="fixed right-5 bottom-[max(80px,min(calc(var(--dock-height,0px)+32px),calc(100dvh-160px)))] z-50 flex w-[min(400px,calc(100vw-24px))] flex-col gap-2 max-rail:right-3 max-rail:bottom-[max(132px,min(calc(var(--dock-height,0px)+82px),calc(100dvh-160px)))]"
        >
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList() {
  const t = useTranslations('common');
  const { toasts } = Base.useToastManager<ToastData>();
  return toasts.map((toast) => {
    const look = looks[toast.data?.kind ?? 'done'];
    return (
      <Base.Root
        key={toast.id}
        toast={toast}
        // Not a dialog: it asks nothing, and keys go on working while it is there.
        role="group"
        aria-modal={undefined}
        aria-hidden={undefined}
        className="rounded-panel border border-line-strong bg-raised shadow-menu transition-opacity data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
      >
        <Base.Content className="flex items-center gap-2.5 py-2 pr-2 pl-3.5">
          <span className={look.colour}>
            <Icon of={look.icon} />
          </span>
          <Base.Title className="min-w-0 flex-1 font-normal [overflow-wrap:anywhere]" render={<div />} />
          {toast.data?.action}
          <Base.Close
            aria-hidden={undefined}
            render={<IconButton icon={X} size="small" label={t('dismiss')} />}
          />
        </Base.Content>
      </Base.Root>
    );
  });
}
