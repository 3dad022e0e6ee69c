'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { ProgramsButton } from './programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import type { Deed } from '#lib/client/equivalents.ts';

/** A dialog that makes something out of what its fields say, with the command that does the same. */
export function MakingDialog({
  title,
  programsText,
  deed,
  reason,
  isPending,
  error,
  makeText,
  makingText,
  onMake,
  onClose,
  children,
}: {
  title: string;
  programsText: string;
  deed: Deed;
  /** What is still missing; it cannot be made before. */
  reason: string | undefined;
  isPending: boolean;
  /** Why it could not be made, unless a field says it. */
  error: Error | null;
  makeText: string;
  makingText: string;
  onMake(): void;
  onClose(): void;
  children: ReactNode;
}) {
  const common = useTranslations('common');
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      onSubmit={() => {
        if (reason === undefined && !isPending) onMake();
      }}
      title={title}
      note={error ? <ProblemNote kind="mutation" error={error} /> : undefined}
      footer={
        <>
          <span className="mr-auto">
            <ProgramsButton withText label={programsText} deed={deed} />
          </span>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" variant="primary" busy={isPending} disabledReason={reason}>
            {isPending ? makingText : makeText}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
