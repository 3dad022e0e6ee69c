'use client';

import { Field, Input } from '#components/ui/field.tsx';

/** What something new is called; `taken`: the sentence that says that something else is called so. */
export function NameField({
  label,
  hint,
  taken,
  value,
  onChange,
  placeholder,
  maxLength = 255,
}: {
  label: string;
  hint: string;
  taken?: string | false;
  value: string;
  onChange(name: string): void;
  placeholder: string;
  maxLength?: number;
}) {
  return (
    <Field label={label} hint={hint} error={taken}>
      <Input
        value={value}
        maxLength={maxLength}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
