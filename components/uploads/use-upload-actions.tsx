'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { api } from '#lib/client/api.ts';
import { addresses } from '#lib/client/paths.ts';
import { uploadsQuery } from '#lib/client/queries/uploads.ts';
import { uploadEngine } from '#lib/client/uploads/browser.ts';
import { resumeOrderOf } from '#lib/client/uploads/draft.ts';
import { findHandle, listHandles, openHandle } from '#lib/client/uploads/file-handles.ts';
import { fingerprintOf } from '#lib/client/uploads/fingerprint.ts';
import { pickFiles } from '#lib/client/uploads/pick-files.ts';
import { resumability } from '#lib/client/uploads/recognise.ts';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import type { UploadView } from '#lib/contract/uploads.ts';

export interface UploadActions {
  pause(row: UploadRow): void;
  goOn(row: UploadRow): void;
  retry(row: UploadRow): void;
  /** Opens the system's dialog, compares, and goes on. */
  pickFile(row: UploadRow): void;
  cancel(row: UploadRow): void;
  /** Takes one that has ended out of the list. */
  dismiss(row: UploadRow): void;
  goOnWithout(row: UploadRow, store: string): void;
  /** The browser can open the file of this upload by itself. */
  hasFileAtHand(row: UploadRow): boolean;
  /** The file is being compared. */
  isComparing(row: UploadRow): boolean;
}

/** What can be done with an upload, and the dialogs that ask first. Render `dialogs` once. */
export function useUploadActions(): { actions: UploadActions; dialogs: ReactNode } {
  const t = useTranslations('uploads');
  const client = useQueryClient();
  const problemText = useProblemText();
  const [cancelling, setCancelling] = useState<UploadRow | null>(null);
  const [asking, setAsking] = useState<{ file: File; view: UploadView } | null>(null);
  const [comparing, setComparing] = useState<string | null>(null);
  const atHand = useFilesAtHand();

  const fail = (name: string, error: unknown) =>
    showToast({ kind: 'failed', text: `${name}: ${problemText(error, 'mutation')}` });
  const refresh = () => client.invalidateQueries({ queryKey: uploadsQuery.queryKey });

  /** Goes on when the file is the same, asks when it may be, and says so when it is another. */
  const goOnWith = async (file: File, row: UploadRow, view: UploadView) => {
    setComparing(row.id);
    try {
      const found = resumability(view, file.size, await fingerprintOf(file));
      if (found === 'ask') setAsking({ file, view });
      else if (found === 'same') resume(file, row, view);
      else showToast({ kind: 'failed', text: t('otherFile', { file: file.name, name: row.name }) });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      showToast({ kind: 'failed', text: t('unreadable') });
    } finally {
      setComparing(null);
    }
  };
  const resume = (file: File, row: UploadRow | null, view: UploadView) => {
    if (row?.task) uploadEngine().dismiss(row.task.id);
    uploadEngine().resume(resumeOrderOf(file, view));
  };

  const pick = async (row: UploadRow) => {
    if (!row.view) return;
    const [file] = await pickFiles({ multiple: false });
    if (file) await goOnWith(file, row, row.view);
  };
  const goOnAtHand = async (row: UploadRow) => {
    if (!row.view) return;
    const handle = await findHandle(row.view.id);
    const file = handle && (await openHandle(handle));
    if (file) await goOnWith(file, row, row.view);
    else await pick(row);
  };

  const cancellation = useMutation({
    mutationFn: async (row: UploadRow) => {
      if (row.task) await uploadEngine().cancel(row.task.id);
      else if (row.view) await api<void>(addresses.upload(row.view.id), { method: 'DELETE' });
    },
    onSuccess: () => setCancelling(null),
    onSettled: refresh,
  });

  const actions: UploadActions = {
    pause: ({ task }) => task && uploadEngine().pause(task.id),
    goOn: (row) => {
      if (row.task) uploadEngine().goOn(row.task.id);
      else void goOnAtHand(row);
    },
    retry: ({ task }) => task && uploadEngine().retry(task.id),
    pickFile: (row) => void pick(row),
    cancel: (row) => {
      cancellation.reset();
      setCancelling(row);
    },
    dismiss: ({ task, view, name }) => {
      if (task) uploadEngine().dismiss(task.id);
      if (view?.state !== 'failed' && view?.state !== 'done') return;
      api<void>(addresses.upload(view.id), { method: 'DELETE' }).then(refresh, (error: unknown) =>
        fail(name, error),
      );
    },
    goOnWithout: ({ task, view, name }, store) => {
      if (!view) return;
      api<void>(addresses.uploadStore(view.id, store), { method: 'DELETE' }).then(
        () => {
          if (task?.state === 'failed') uploadEngine().retry(task.id);
          else if (task) uploadEngine().goOn(task.id);
          return refresh();
        },
        (error: unknown) => fail(name, error),
      );
    },
    hasFileAtHand: ({ view }) => view !== null && atHand.has(view.id),
    isComparing: ({ id }) => comparing === id,
  };

  const dialogs = (
    <>
      <CancelDialog
        row={cancelling}
        onClose={() => setCancelling(null)}
        busy={cancellation.isPending}
        error={cancellation.error}
        onConfirm={(row) => cancellation.mutate(row)}
      />
      <ConfirmDialog
        open={asking !== null}
        onOpenChange={() => setAsking(null)}
        title={t('exactCopyTitle', { file: asking?.file.name ?? '' })}
        confirmLabel={t('exactCopyConfirm')}
        busyLabel={t('exactCopyConfirm')}
        cancelLabel={t('exactCopyKeep')}
        busy={false}
        onConfirm={() => {
          if (asking) resume(asking.file, null, asking.view);
          setAsking(null);
        }}
      >
        {t('exactCopyBody', { name: asking?.view.name ?? '' })}
      </ConfirmDialog>
    </>
  );
  return { actions, dialogs };
}

function CancelDialog({
  row,
  onClose,
  busy,
  error,
  onConfirm,
}: {
  row: UploadRow | null;
  onClose(): void;
  busy: boolean;
  error: unknown;
  onConfirm(row: UploadRow): void;
}) {
  const t = useTranslations('transfers');
  const format = useFormat();
  return (
    <ConfirmDialog
      open={row !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t('cancelUploadTitle', { name: row?.name ?? '' })}
      confirmLabel={t('cancelUploadConfirm')}
      busyLabel={t('cancelUploadBusy')}
      cancelLabel={t('cancelUploadKeep')}
      destroys
      busy={busy}
      error={error}
      onConfirm={() => row && onConfirm(row)}
    >
      {t(
        'cancelUploadBody',
        format.part(row?.durableBytes ?? 0, row?.totalBytes ?? row?.durableBytes ?? 0, 'compare'),
      )}
    </ConfirmDialog>
  );
}

/** Uploads whose file this browser can open without the person looking for it. */
function useFilesAtHand(): ReadonlySet<string> {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const look = useCallback(() => {
    void listHandles().then((found) => setIds(new Set(found)));
  }, []);
  // Handles change when an upload is made or ends; a look at each change of the queue is cheap.
  useEffect(() => {
    look();
    return uploadEngine().subscribe(look);
  }, [look]);
  return ids;
}
