'use client';

import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

const surface =
  'z-50 min-w-[190px] max-w-[320px] rounded-panel border border-line-strong bg-raised p-1 shadow-menu outline-none';
const itemShape =
  'flex min-h-8 cursor-default items-start gap-2.5 rounded-control px-2.5 py-1.5 outline-none select-none data-highlighted:bg-hover';

/** A button that opens a list of actions. `trigger` is the button. */
export function Menu({
  trigger,
  children,
  align = 'end',
  side = 'bottom',
}: {
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
}) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={4} className="z-50">
          <Base.Popup className={surface}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps {
  icon?: LucideIcon;
  children: ReactNode;
  onSelect?: () => void;
  /** Why not now. The item stays, can be reached with the keys, and says it. */
  disabledReason?: string | null | undefined;
  danger?: boolean;
}

export function MenuItem({ icon, children, onSelect, disabledReason, danger = false }: MenuItemProps) {
  return (
    <Base.Item
      aria-disabled={disabledReason ? true : undefined}
      closeOnClick={!disabledReason}
      onClick={disabledReason ? undefined : onSelect}
      className={classNames(itemShape, disabledReason ? 'text-ink-3' : danger && 'text-danger')}
    >
      {icon && (
        <span className="mt-0.5">
          <Icon of={icon} />
        </span>
      )}
      <span className="min-w-0">
        {children}
        {disabledReason && <span className="block text-12 text-ink-3">{disabledReason}</span>}
      </span>
    </Base.Item>
  );
}

/** `link` is the element that goes there: a router's link. */
export function MenuLink({
  icon,
  children,
  link,
}: {
  icon?: LucideIcon;
  children: ReactNode;
  link: ReactElement<Record<string, unknown>>;
}) {
  return (
    <Base.LinkItem render={link} closeOnClick className={itemShape}>
      {icon && (
        <span className="mt-0.5">
          <Icon of={icon} />
        </span>
      )}
      {children}
    </Base.LinkItem>
  );
}

export function MenuChoice<Value extends string>({
  label,
  value,
  onChange,
  options,
  closes = false,
}: {
  label: string;
  value: Value;
  onChange(value: Value): void;
  options: { value: Value; label: string; icon?: LucideIcon }[];
  /** A choice is all that the menu was opened for. */
  closes?: boolean;
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(next: Value) => onChange(next)} aria-label={label}>
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} closeOnClick={closes} className={itemShape}>
          {option.icon && (
            <span className="mt-0.5">
              <Icon of={option.icon} />
            </span>
          )}
          <span className="flex-1">{option.label}</span>
          <Base.RadioItemIndicator className="mt-0.5 text-accent">
            <Icon of={Check} />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}

export function MenuCaption({ children }: { children: ReactNode }) {
  return <div className="px-2.5 pt-1.5 pb-1 text-11 font-medium text-ink-3">{children}</div>;
}
