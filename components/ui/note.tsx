import { Info, OctagonX, SearchX, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

export type NoteKind = 'plain' | 'info' | 'warn' | 'danger';

const looks: Record<NoteKind, { box: string; icon: string; drawing: LucideIcon }> = {
  plain: { box: 'border-line-strong bg-surface', icon: 'text-ink-3', drawing: SearchX },
  info: {
    box: 'border-accent-line bg-[color-mix(in_srgb,var(--accent-tint)_50%,var(--surface))]',
    icon: 'text-accent-ink',
    drawing: Info,
  },
  warn: {
    box: 'border-warn-line bg-[color-mix(in_srgb,var(--warn-tint)_50%,var(--surface))]',
    icon: 'text-warn',
    drawing: TriangleAlert,
  },
  danger: {
    box: 'border-danger-line bg-[color-mix(in_srgb,var(--danger-tint)_50%,var(--surface))]',
    icon: 'text-danger',
    drawing: OctagonX,
  },
};

/** What a person must know here: `title` in bold says it in a sentence, `children` what is safe and what to do. */
export function Note({
  kind = 'plain',
  title,
  children,
  actions,
  icon,
  role,
  className,
}: {
  kind?: NoteKind;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  icon?: LucideIcon;
  role?: 'alert' | 'status';
  className?: string;
}) {
  const look = looks[kind];
  return (
    <div
      role={role}
      className={classNames('flex gap-2.5 rounded-control border px-3.5 py-[11px]', look.box, className)}
    >
      <span className={classNames('mt-0.5', look.icon)}>
        <Icon of={icon ?? look.drawing} />
      </span>
      <div className="min-w-0 [overflow-wrap:anywhere] text-pretty">
        {title && <strong className="font-[550]">{title}</strong>} {children}
        {actions && <div className="mt-2 flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </div>
  );
}
