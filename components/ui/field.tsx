'use client';

import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Field as Base } from '@base-ui/react/field';
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Select as BaseSelect } from '@base-ui/react/select';
import { Check, ChevronDown, Minus } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

const control =
  'w-full rounded-control border border-line-control bg-surface px-2.5 placeholder:text-ink-3 focus-visible:border-transparent focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-accent aria-invalid:border-danger aria-disabled:bg-sunken aria-disabled:text-ink-3';

/** A label, its control, what it is for, and what is wrong with it. */
export function Field({
  label,
  aside,
  hint,
  error,
  children,
  className,
}: {
  label: ReactNode;
  /** Right of the label: a link or a switch that belongs to it. */
  aside?: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <Base.Root invalid={Boolean(error)} className={classNames('grid gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3">
        <Base.Label className="font-[550]">{label}</Base.Label>
        {aside}
      </div>
      {children}
      {hint && <Base.Description className="text-12 text-ink-3">{hint}</Base.Description>}
      {error && (
        <Base.Error match className="text-12 text-danger">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

export function Input({
  large = false,
  className,
  ...rest
}: ComponentPropsWithRef<'input'> & { large?: boolean }) {
  return (
    <Base.Control
      {...rest}
      className={classNames(control, large ? 'h-[38px] text-14' : 'h-[34px]', className)}
    />
  );
}

export function TextArea({ className, ...rest }: ComponentPropsWithRef<'textarea'>) {
  return (
    <Base.Control
      render={<textarea {...rest} />}
      className={classNames(control, 'min-h-[72px] py-1.5', className)}
    />
  );
}

export interface Option<Value extends string> {
  value: Value;
  label: ReactNode;
  icon?: LucideIcon;
  /** Why it cannot be chosen. */
  disabledReason?: string | undefined;
}

export function Select<Value extends string>({
  value,
  onChange,
  options,
  label,
  placeholder,
  large = false,
}: {
  value: Value | null;
  onChange(value: Value): void;
  options: Option<Value>[];
  /** Where no `Field` names it. */
  label?: string;
  placeholder?: ReactNode;
  large?: boolean;
}) {
  const shown = options.find((option) => option.value === value);
  return (
    <BaseSelect.Root
      value={value}
      onValueChange={(next: Value | null) => {
        if (next !== null) onChange(next);
      }}
    >
      <BaseSelect.Trigger
        aria-label={label}
        className={classNames(
          control,
          'flex items-center gap-2 text-left',
          large ? 'h-[38px] text-14' : 'h-[34px]',
        )}
      >
        <BaseSelect.Value>{() => shown?.label ?? placeholder}</BaseSelect.Value>
        <BaseSelect.Icon className="ml-auto text-ink-3">
          <Icon of={ChevronDown} size="small" />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <BaseSelect.Popup className="max-h-[320px] min-w-[var(--anchor-width)] overflow-auto rounded-panel border border-line-strong bg-raised p-1 shadow-menu outline-none">
            {options.map((option) => (
              <BaseSelect.Item
                key={option.value}
                value={option.value}
                disabled={Boolean(option.disabledReason)}
                className="flex min-h-8 cursor-default items-center gap-2.5 rounded-control px-2.5 py-1.5 outline-none data-disabled:text-ink-3 data-highlighted:bg-hover"
              >
                {option.icon && <Icon of={option.icon} />}
                <BaseSelect.ItemText className="flex-1">
                  {option.label}
                  {option.disabledReason && <span className="block text-12">{option.disabledReason}</span>}
                </BaseSelect.ItemText>
                <BaseSelect.ItemIndicator className="text-accent">
                  <Icon of={Check} />
                </BaseSelect.ItemIndicator>
              </BaseSelect.Item>
            ))}
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}

const box =
  'grid size-4 flex-none place-items-center rounded-mark border-[1.5px] border-line-control bg-surface data-checked:border-accent data-checked:bg-accent data-checked:text-on-accent data-indeterminate:border-accent data-indeterminate:bg-accent data-indeterminate:text-on-accent data-disabled:bg-sunken after:absolute after:-inset-1.5 relative';

/** The box alone, for a row; `label` says which row. */
export function CheckBox({
  checked,
  mixed = false,
  onChange,
  label,
  disabled = false,
  tabIndex,
}: {
  checked: boolean;
  mixed?: boolean;
  onChange(checked: boolean): void;
  label?: string;
  disabled?: boolean;
  tabIndex?: number;
}) {
  return (
    <BaseCheckbox.Root
      checked={checked}
      indeterminate={mixed}
      disabled={disabled}
      onCheckedChange={(next) => onChange(next)}
      aria-label={label}
      {...(tabIndex !== undefined && { tabIndex })}
      className={box}
    >
      <BaseCheckbox.Indicator>
        <Icon of={mixed ? Minus : Check} size="mark" />
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  );
}

/** A `Select` under its name, with what the choice means below. */
export function SelectField<Value extends string>({
  label,
  hint,
  ...select
}: Omit<Parameters<typeof Select<Value>>[0], 'label'> & { label: string; hint?: ReactNode }) {
  return (
    <div className="grid min-w-0 content-start gap-1.5">
      <span className="font-[550]" aria-hidden="true">
        {label}
      </span>
      <Select label={label} {...select} />
      {hint && <p className="text-12 text-ink-3">{hint}</p>}
    </div>
  );
}

/** A box with its sentence. */
export function Checkbox({
  checked,
  onChange,
  children,
  hint,
  disabledReason,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  children: ReactNode;
  hint?: ReactNode;
  disabledReason?: string | undefined;
}) {
  const below = disabledReason ?? hint;
  return (
    <label className="flex min-h-6 items-start gap-2">
      <span className="mt-0.5">
        <CheckBox checked={checked} onChange={onChange} disabled={Boolean(disabledReason)} />
      </span>
      <span>
        {children}
        {below && <span className="block text-12 text-ink-3">{below}</span>}
      </span>
    </label>
  );
}

/** One of a few, all in sight. */
export function Segmented<Value extends string>({
  value,
  onChange,
  options,
  label,
  small = false,
}: {
  value: Value;
  onChange(value: Value): void;
  options: Option<Value>[];
  label: string;
  small?: boolean;
}) {
  return (
    <RadioGroup
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      aria-label={label}
      className="inline-flex max-w-full flex-wrap rounded-control bg-sunken p-0.5 shadow-[inset_0_0_0_1px_var(--line)]"
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          disabled={Boolean(option.disabledReason)}
          title={option.disabledReason}
          className={classNames(
            'inline-flex cursor-pointer items-center gap-1.5 rounded-[4px] font-medium text-ink-2 data-checked:bg-raised data-checked:text-ink data-checked:shadow-[0_0_0_1px_var(--line-strong)] data-disabled:cursor-not-allowed data-disabled:text-ink-3',
            small ? 'h-6 px-2 text-12' : 'h-7 px-3',
          )}
        >
          {option.icon && (
            <span className={small ? 'max-rail:hidden' : undefined}>
              <Icon of={option.icon} size="small" />
            </span>
          )}
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
