import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="inline-flex min-h-5 max-w-full items-center rounded-mark bg-sunken px-1.5 text-12 text-ink-2 [overflow-wrap:anywhere]">
      {children}
    </span>
  );
}

const colours = {
  ok: '[&>svg]:text-ok',
  warn: 'text-warn',
  danger: 'text-danger',
  moving: 'text-accent-ink',
  off: 'text-ink-3',
  plain: '',
} as const;

/** A state in words with its shape: what is well is quiet, only its check mark is green. */
export function StateLabel({
  kind,
  icon,
  children,
  className,
}: {
  kind: keyof typeof colours;
  icon: LucideIcon;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1.5 font-medium whitespace-nowrap',
        colours[kind],
        className,
      )}
    >
      <Icon of={icon} size="small" />
      {children}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded-mark border border-line-strong bg-surface px-1 font-sans text-11 leading-4 font-medium text-ink-3">
      {children}
    </kbd>
  );
}
