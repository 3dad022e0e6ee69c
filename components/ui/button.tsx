'use client';

import { LoaderCircle } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useId } from 'react';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';
import { Tooltip } from './tooltip.tsx';

export type ButtonVariant = 'secondary' | 'primary' | 'ghost' | 'danger' | 'danger-solid' | 'inverted';
export type ButtonSize = 'small' | 'medium' | 'large';

const variants: Record<ButtonVariant, string> = {
  secondary: 'border-line-strong bg-surface hover:bg-hover',
  primary: 'border-accent bg-accent text-on-accent hover:border-accent-hover hover:bg-accent-hover',
  ghost: 'border-transparent text-ink-2 hover:bg-hover',
  danger: 'border-line-strong bg-surface text-danger hover:bg-hover',
  'danger-solid': 'border-danger-solid bg-danger-solid text-on-danger hover:brightness-95',
  inverted: 'border-transparent hover:bg-[rgb(127_145_156_/_.28)]',
};

const sizes: Record<ButtonSize, string> = {
  small: 'h-[26px] gap-[5px] px-[9px] text-12',
  medium: 'h-8 gap-[7px] px-3',
  large: 'h-[38px] gap-[7px] px-[18px] text-14',
};

const squares: Record<ButtonSize, string> = {
  small: 'h-[26px] w-[26px]',
  medium: 'h-8 w-8',
  large: 'h-[38px] w-[38px]',
};

const shape =
  'inline-flex flex-none items-center justify-center rounded-control border font-[520] whitespace-nowrap transition-colors select-none';
const dead = 'cursor-not-allowed border-line bg-sunken text-ink-3';
const deadInverted = 'cursor-not-allowed border-transparent opacity-60';

/** The look of a button for what is not one: a link, a file label. */
export function buttonClass(
  options: { variant?: ButtonVariant; size?: ButtonSize; square?: boolean } = {},
): string {
  const { variant = 'secondary', size = 'medium', square = false } = options;
  return classNames(shape, square ? squares[size] : sizes[size], variants[variant]);
}

export interface ButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'disabled'> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: LucideIcon;
  /** At work: the icon turns, pressing does nothing. The label should say so: "Copying…". */
  busy?: boolean;
  /** Why it cannot be pressed now. It stays focusable and says this sentence. */
  disabledReason?: string | null | undefined;
}

export function Button({
  variant = 'secondary',
  size = 'medium',
  icon,
  busy = false,
  disabledReason,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const reasonId = useId();
  const off = busy || Boolean(disabledReason);
  const drawing = busy ? LoaderCircle : icon;
  const button = (
    <button
      {...rest}
      type={off && type === 'submit' ? 'button' : type}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={disabledReason ? reasonId : rest['aria-describedby']}
      onClick={off ? (event) => event.preventDefault() : onClick}
      className={classNames(
        shape,
        sizes[size],
        off ? (variant === 'inverted' ? deadInverted : dead) : variants[variant],
        className,
      )}
    >
      {drawing && (
        <Icon
          of={drawing}
          size={size === 'small' ? 'small' : 'medium'}
          {...(busy && { className: 'animate-spin' })}
        />
      )}
      {children}
    </button>
  );
  if (!disabledReason) return button;
  return (
    <>
      <Tooltip text={disabledReason}>{button}</Tooltip>
      <span id={reasonId} className="sr-only">
        {disabledReason}
      </span>
    </>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children' | 'aria-label'> {
  icon: LucideIcon;
  /** Unique on the page: "Pause win2025-std-core-de.raw", not "Pause". */
  label: string;
  /** What the tooltip says, if shorter than the label. */
  hint?: ReactNode;
}

/** A button of one icon; its label is the tooltip too. */
export function IconButton({
  icon,
  label,
  hint,
  variant = 'ghost',
  size = 'medium',
  busy = false,
  disabledReason,
  className,
  onClick,
  ...rest
}: IconButtonProps) {
  const off = busy || Boolean(disabledReason);
  return (
    <Tooltip text={disabledReason ?? hint ?? label}>
      <button
        type="button"
        {...rest}
        aria-label={disabledReason ? `${label}. ${disabledReason}` : label}
        aria-disabled={off || undefined}
        onClick={off ? (event) => event.preventDefault() : onClick}
        className={classNames(
          shape,
          squares[size],
          off ? 'cursor-not-allowed border-transparent text-ink-3 opacity-60' : variants[variant],
          className,
        )}
      >
        <Icon of={busy ? LoaderCircle : icon} {...(busy && { className: 'animate-spin' })} />
      </button>
    </Tooltip>
  );
}
