'use client';

import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field, Input } from '#components/ui/field.tsx';
import { ProblemNote } from './problem-note.tsx';

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  /** The question with the count: "Delete 2 of 3 images?" */
  title: ReactNode;
  /** Bytes, stores, what stays. */
  children: ReactNode;
  /** "Delete 2 images" */
  confirmLabel: ReactNode;
  /** "Deleting 2 images…" */
  busyLabel: ReactNode;
  /** "Keep them" */
  cancelLabel?: ReactNode;
  destroys?: boolean;
  /** Left of the buttons: the same for programs. */
  aside?: ReactNode;
  busy: boolean;
  /** Shown above the buttons; nothing closes. */
  error?: unknown;
  onConfirm(): void;
  disabledReason?: string | undefined;
  /** What has to be typed first, only for what cannot be undone. */
  typed?: { text: string; label: ReactNode } | undefined;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const t = useTranslations('common');
  const [typed, setTyped] = useState('');
  const fieldId = useId();
  const missing = props.typed !== undefined && typed.trim() !== props.typed.text;
  const reason =
    props.disabledReason ?? (missing ? t('typeFirst', { text: props.typed?.text ?? '' }) : undefined);
  const change = (open: boolean) => {
    if (!open) setTyped('');
    props.onOpenChange(open);
  };
  return (
    <Dialog
      open={props.open}
      onOpenChange={change}
      title={props.title}
      onSubmit={() => {
        if (!props.busy && !reason) props.onConfirm();
      }}
      note={props.error ? <ProblemNote kind="mutation" error={props.error} /> : undefined}
      footer={
        <>
          {props.aside && <span className="mr-auto">{props.aside}</span>}
          <Button onClick={() => change(false)}>{props.cancelLabel ?? t('cancel')}</Button>
          <Button
            type="submit"
            variant={props.destroys ? 'danger-solid' : 'primary'}
            busy={props.busy}
            disabledReason={reason}
          >
            {props.busy ? props.busyLabel : props.confirmLabel}
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-ink-2">{props.children}</div>
      {props.typed && (
        <Field label={props.typed.label}>
          <Input
            id={fieldId}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      )}
    </Dialog>
  );
}
