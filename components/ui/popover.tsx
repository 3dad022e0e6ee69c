'use client';

import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';

/** A small surface that a button opens, for an edit or an explanation. */
export function Popover({
  trigger,
  title,
  children,
  open,
  onOpenChange,
  align = 'start',
  side = 'bottom',
}: {
  trigger: ReactElement<Record<string, unknown>>;
  title?: ReactNode;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
}) {
  return (
    <Base.Root {...(open !== undefined && { open })} {...(onOpenChange && { onOpenChange })}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={6} collisionPadding={12} className="z-50">
          <Base.Popup className="max-w-[min(560px,calc(100vw-24px))] min-w-[220px] rounded-panel border border-line-strong bg-raised shadow-menu outline-none">
            {title && (
              <Base.Title className="border-b border-line px-4 py-3 text-14 font-semibold">
                {title}
              </Base.Title>
            )}
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
