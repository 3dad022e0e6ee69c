import { classNames } from '#components/ui/class-names.ts';

/** How much of a limit is used. The numbers stand beside it. */
export function UsageBar({
  used,
  most,
  label,
  className,
}: {
  used: number;
  /** Null: no limit, and then no bar. */
  most: number | null;
  /** "Stored: 5 GiB of 100 GiB" */
  label: string;
  className?: string;
}) {
  if (most === null) return null;
  const percent = most === 0 ? (used > 0 ? 100 : 0) : Math.min(100, (used / most) * 100);
  return (
    <div
      className={classNames('gauge gauge-plain !min-w-14', className)}
      role="meter"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(percent)}
      aria-valuetext={label}
      aria-label={label}
    >
      <i className={used >= most ? 'cargo-over' : 'cargo-project'} style={{ width: `${percent}%` }} />
    </div>
  );
}
