import type { LucideIcon } from 'lucide-react';

const sizes = {
  medium: { size: 16, strokeWidth: 1.75 },
  small: { size: 14, strokeWidth: 2 },
  mark: { size: 11, strokeWidth: 2.5 },
} as const;

/** A lucide icon at one of the three sizes of the design. Always stands beside a word or inside something labelled. */
export function Icon({
  of: Drawing,
  size = 'medium',
  className,
}: {
  of: LucideIcon;
  size?: keyof typeof sizes;
  className?: string;
}) {
  return <Drawing {...sizes[size]} className={`block flex-none ${className ?? ''}`} aria-hidden="true" />;
}
