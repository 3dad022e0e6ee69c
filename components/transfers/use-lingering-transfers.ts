'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { hasEnded, useOpenTransfers } from '#lib/client/queries/transfers.ts';
import { onServerEvent } from '#lib/client/server-events.ts';
import type { TransferView } from '#lib/contract/transfers.ts';

const doneStaysMilliseconds = 8_000;
const none: TransferView[] = [];

/**
 * What is on its way between stores, and what ended while this tab looked on: done leaves after 8 s, failed stays until
 * it is dismissed.
 */
export function useLingeringTransfers(): { transfers: readonly TransferView[]; dismiss(id: string): void } {
  const { data: open = none } = useOpenTransfers();
  const [ended, setEnded] = useState<readonly TransferView[]>(none);
  const seen = useRef(new Set<string>());
  useEffect(() => {
    for (const { id } of open) seen.current.add(id);
  }, [open]);

  const dismiss = useCallback(
    (id: string) => setEnded((transfers) => transfers.filter((transfer) => transfer.id !== id)),
    [],
  );
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = onServerEvent((event) => {
      if (event.type !== 'transfer') return;
      const { transfer } = event;
      dismiss(transfer.id);
      if (!hasEnded(transfer) || !seen.current.has(transfer.id)) return;
      setEnded((transfers) => [...transfers.filter(({ id }) => id !== transfer.id), transfer]);
      if (transfer.state !== 'failed')
        timers.add(setTimeout(() => dismiss(transfer.id), doneStaysMilliseconds));
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [dismiss]);

  const openIds = new Set(open.map(({ id }) => id));
  return { transfers: [...open, ...ended.filter(({ id }) => !openIds.has(id))], dismiss };
}
