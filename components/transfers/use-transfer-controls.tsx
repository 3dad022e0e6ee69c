'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useTransferAction } from '#lib/client/queries/transfers.ts';
import type { TransferAction } from '#lib/client/queries/transfers.ts';
import type { TransferView } from '#lib/contract/transfers.ts';

export interface TransferControls {
  /** Cancelling asks first; the others are done at once. */
  act(transfer: TransferView, action: TransferAction): void;
  /** This action of this transfer is on its way. */
  isBusy(transfer: TransferView, action: TransferAction): boolean;
}

/** Pause, resume, cancel and retry of copies, and the dialog that asks before cancelling. Render `dialogs` once. */
export function useTransferControls(): { controls: TransferControls; dialogs: ReactNode } {
  const t = useTranslations('transfers');
  const format = useFormat();
  const name = useTransferName();
  const problemText = useProblemText();
  const action = useTransferAction();
  const [cancelling, setCancelling] = useState<TransferView | null>(null);
  const start = (transfer: TransferView, verb: TransferAction) =>
    action.mutate(
      { id: transfer.id, action: verb },
      {
        onError: (error) => {
          if (verb === 'cancel') return;
          showToast({
            kind: 'failed',
            text: t('actionFailed', { name: name(transfer), problem: problemText(error, 'mutation') }),
          });
        },
        onSuccess: () => setCancelling(null),
      },
    );
  const controls: TransferControls = {
    act: (transfer, verb) => {
      if (verb !== 'cancel') return start(transfer, verb);
      action.reset();
      setCancelling(transfer);
    },
    isBusy: (transfer, verb) =>
      action.isPending && action.variables.id === transfer.id && action.variables.action === verb,
  };
  const verify = cancelling?.kind === 'verify';
  const words = { name: cancelling?.image_name ?? t('unnamed'), store: cancelling?.target_store ?? '' };
  const dialogs = (
    <ConfirmDialog
      open={cancelling !== null}
      onOpenChange={(open) => !open && setCancelling(null)}
      title={verify ? t('cancelVerifyTitle', words) : t('cancelCopyTitle', words)}
      confirmLabel={verify ? t('cancelVerifyConfirm') : t('cancelCopyConfirm')}
      busyLabel={t('cancelUploadBusy')}
      cancelLabel={t('keepRunning')}
      destroys={!verify}
      busy={action.isPending && action.variables.action === 'cancel'}
      error={action.variables?.action === 'cancel' ? action.error : undefined}
      onConfirm={() => cancelling && start(cancelling, 'cancel')}
    >
      {verify
        ? t('cancelVerifyBody')
        : t('cancelCopyBody', { done: format.bytes(cancelling?.bytes_done ?? 0), store: words.store })}
    </ConfirmDialog>
  );
  return { controls, dialogs };
}

/** "copy of pg17 to archive": unique beside the other controls of a page. */
export function useTransferName(): (transfer: TransferView) => string {
  const t = useTranslations('transfers');
  return (transfer) => {
    const words = { name: transfer.image_name ?? t('unnamed'), store: transfer.target_store };
    return transfer.kind === 'verify' ? t('verificationOf', words) : t('copyOf', words);
  };
}
