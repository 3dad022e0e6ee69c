import { useTranslations } from 'next-intl';
import { useFormat } from '#components/ui/quantity.tsx';
import type { TransferView } from '#lib/contract/transfers.ts';

/** What happened, what to do, and the id under which the log has more. Nothing is cut. */
export function Trouble({
  kind = 'danger',
  what,
  remedy,
  requestId,
}: {
  /** `waiting`: it comes right by itself. */
  kind?: 'danger' | 'waiting';
  what: string;
  remedy: string | null;
  requestId: string | null;
}) {
  const t = useTranslations('transfers');
  return (
    <div className="grid gap-1 text-12 [overflow-wrap:anywhere]">
      <p className={kind === 'danger' ? 'text-danger' : 'text-ink-2'}>{what}</p>
      {remedy && <p className="text-ink-2">{remedy}</p>}
      {requestId && (
        <p className="text-ink-3">
          {t.rich('requestId', { id: requestId, code: (id) => <code>{id}</code> })}
        </p>
      )}
    </div>
  );
}

/** It failed and waits for another try of its own. */
export function isBeingRetried({ state, error }: TransferView): boolean {
  return state === 'queued' && error !== null;
}

/** Why a copy or verification has stopped, or waits for another try; nothing while all goes well. */
export function TransferTrouble({ transfer }: { transfer: TransferView }) {
  const t = useTranslations('transfers');
  const format = useFormat();
  const { state, error, remedy, request_id: requestId } = transfer;
  if (error === null || (state !== 'failed' && !isBeingRetried(transfer))) return null;
  if (isBeingRetried(transfer)) {
    return <Trouble kind="waiting" what={error} remedy={remedy} requestId={null} />;
  }
  const part = format.part(transfer.bytes_done, transfer.bytes_total, 'compare');
  // A check keeps nothing, so that where it stopped is of no use.
  const what = transfer.kind === 'verify' ? error : `${t('stoppedAt', part)} ${error}`;
  return <Trouble what={what} remedy={remedy} requestId={requestId} />;
}
