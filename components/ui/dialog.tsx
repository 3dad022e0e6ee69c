'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRef } from 'react';
import type { FormEvent, ReactNode, RefObject } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';

const scrim =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0';

export interface DialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  /** The question, with the count: "Delete 2 of 3 images?" */
  title: ReactNode;
  /** Bytes, stores, what stays. */
  children: ReactNode;
  /** Above the buttons, when the server refused; nothing closes. */
  note?: ReactNode;
  footer: ReactNode;
  /** Makes the body a form: Enter in a field presses the footer's submit button. */
  onSubmit?: (() => void) | undefined;
  initialFocus?: RefObject<HTMLElement | null>;
  wide?: boolean;
}

/** Asks or edits in the middle of the page. Focus goes in, `Esc` closes, focus goes back. */
export function Dialog({
  open,
  onOpenChange,
  title,
  children,
  note,
  footer,
  onSubmit,
  initialFocus,
  wide,
}: DialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit?.();
  };
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={scrim} />
        <Base.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Base.Popup
            {...(initialFocus && { initialFocus })}
            className={classNames(
              'w-full rounded-panel border border-line-strong bg-raised shadow-sheet outline-none',
              wide ? 'max-w-[620px]' : 'max-w-[460px]',
            )}
          >
            <form onSubmit={submit} className="flex max-h-[calc(100dvh-34px)] flex-col">
              <Base.Title className="px-6 pt-5 pb-3 text-16 font-semibold [overflow-wrap:anywhere]">
                {title}
              </Base.Title>
              <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 overflow-y-auto px-6 pt-px pb-5">
                {children}
              </div>
              {note && (
                <div className="max-h-[40dvh] overflow-y-auto border-t border-line px-6 py-3.5">{note}</div>
              )}
              <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-6 py-3.5">
                {footer}
              </footer>
            </form>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

export interface SheetProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: ReactNode;
  subtitle?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}

/** A large surface beside the navigation; on a phone it rises from below. */
export function Sheet({ open, onOpenChange, title, subtitle, children, footer }: SheetProps) {
  const t = useTranslations('common');
  // Focus goes to the surface itself: the first thing in it is the button that closes it.
  const surface = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={scrim} />
        <Base.Popup
          ref={surface}
          initialFocus={surface}
          className="fixed z-40 flex flex-col overflow-hidden border border-line-strong bg-raised shadow-sheet transition-[transform,opacity] duration-200 outline-none data-ending-style:translate-y-3 data-ending-style:opacity-0 data-starting-style:translate-y-3 data-starting-style:opacity-0 max-rail:inset-x-0 max-rail:top-10 max-rail:bottom-0 max-rail:rounded-t-panel rail:top-7 rail:bottom-5 rail:left-[81px] rail:w-[min(764px,calc(100vw-105px))] rail:rounded-panel full:left-60"
        >
          <header className="flex items-start gap-3 px-4 pt-[18px] pb-3.5 rail:px-6">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-20 font-semibold">{title}</Base.Title>
              {subtitle && <Base.Description className="text-ink-3">{subtitle}</Base.Description>}
            </div>
            <Base.Close render={<IconButton icon={X} label={t('close')} />} />
          </header>
          <div className="grid flex-1 content-start gap-[22px] overflow-auto px-4 pb-5 rail:px-6">
            {children}
          </div>
          {footer && (
            <footer className="flex flex-wrap items-center gap-4 border-t border-line px-4 py-3.5 rail:px-6">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
