import { isStoreFault, type GuardedStore } from '#lib/stores/store.ts';
import type { HeldTransfer } from './held-transfer.ts';
import type { Job, Source } from './job.ts';
import { changeHeld, recordDurable } from './settle.ts';

/** The first source from which the store can copy by itself, or null. */
export async function findCloneSource(
  target: GuardedStore,
  sources: readonly Source[],
): Promise<Source | null> {
  for (const source of sources) {
    if (await target.canCloneFrom(source.store)) return source;
  }
  return null;
}

/** The store copies inside itself and publishes; nothing of it is proved yet. Goes on where an earlier attempt stopped. */
export async function cloneCopy(
  job: Job,
  held: HeldTransfer,
  source: Source,
  target: GuardedStore,
): Promise<void> {
  const { runtime, sizeBytes, hooks } = job;
  const { object_key: key, bytes, resume_state: resumeState } = held.target;
  const request = {
    sourceKey: source.location.object_key,
    key,
    sizeBytes,
    signal: held.signal,
    onProgress: async (point: { durableBytes: number; resumeState: string | null; sentBytes: number }) => {
      held.tenure.assert();
      held.meter.sent(point.sentBytes, runtime.now());
      if (point.durableBytes <= held.target.bytes) return;
      await recordDurable(runtime, held, point);
      await hooks.at?.('durable', held);
    },
  };
  await hooks.at?.('opened', held);
  const from = bytes > 0 ? { durableBytes: bytes, resumeState } : null;
  let stat;
  try {
    stat = await target.clone(source.store, { ...request, from });
  } catch (error) {
    held.signal.throwIfAborted();
    if (!isStoreFault(error, 'exists', 'not-found') || error.storeId !== target.id) throw error;
    // Begun by an attempt that never told how far it was, or gone: nothing of it counts.
    await target.discard(key, resumeState);
    stat = await target.clone(source.store, { ...request, from: null });
  }
  if (stat.sizeBytes !== sizeBytes) throw new Error(`published ${stat.sizeBytes} of ${sizeBytes} bytes`);
  await hooks.at?.('after-commit', held);
  await changeHeld(runtime, held, () => ({ transfer: { state: 'verifying' } }));
}
