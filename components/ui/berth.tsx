import { Clock, CirclePause, LogOut, ScanLine, TriangleAlert, Unplug, X } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

export type BerthState =
  | 'active'
  | 'copying'
  | 'verifying'
  | 'queued'
  | 'paused'
  | 'leaving'
  | 'corrupt'
  | 'failed'
  | 'offline'
  | 'absent';

const icons: Partial<Record<BerthState, LucideIcon>> = {
  verifying: ScanLine,
  queued: Clock,
  paused: CirclePause,
  leaving: LogOut,
  corrupt: X,
  failed: TriangleAlert,
  offline: Unplug,
};

export interface BerthProps {
  code: string;
  state: BerthState;
  /** Durable per cent, for `copying`. */
  percent?: number | undefined;
  /** "s3-archive: copying 43 %": all that a screen reader hears of it. */
  label: string;
  /** Not under a column head: as wide as its text, and always with its code. */
  wide?: boolean;
  className?: string;
}

/** A copy of an image in one store, small enough for nine on a row. */
export function Berth({ code, state, percent = 0, label, wide = false, className }: BerthProps) {
  const icon = icons[state];
  const shown = state === 'copying' ? `${Math.floor(percent)}\u202f%` : null;
  return (
    <span
      className={classNames('berth', `berth-${state}`, wide && 'berth-wide', className)}
      style={state === 'copying' ? { ['--p' as string]: `${Math.floor(percent)}%` } : undefined}
    >
      <span className="sr-only">{label}</span>
      {state !== 'absent' && (
        <>
          {icon && <Icon of={icon} size="mark" />}
          <span aria-hidden="true" className={shown && !wide ? 'berth-code-under-head' : undefined}>
            {code}
          </span>
          {shown && <span aria-hidden="true">{shown}</span>}
        </>
      )}
    </span>
  );
}

/** The store itself, where a berth would be a copy in it. */
export function Code({ children }: { children: string }) {
  return (
    <span className="inline-flex h-5 flex-none items-center justify-center rounded-mark px-[5px] font-mono text-11 leading-none font-semibold text-ink-2 shadow-[inset_0_0_0_1px_var(--line-strong)]">
      {children}
    </span>
  );
}
