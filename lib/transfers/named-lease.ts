import { heartbeatSeconds, leaseSeconds } from '#lib/contract/limits.ts';
import { extendNamedLease, releaseLease, takeLease } from '#lib/db/repositories/leases.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

/**
 * Does what only one process on a database shall do at a time. `work` gets a signal that is aborted when the lease is
 * lost. Null, and nothing is done, while another process does it. Where there is only one process, nobody is asked.
 */
export async function withLease<Result>(
  runtime: Runtime,
  name: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | null> {
  const lost = new AbortController();
  const { db } = runtime;
  if (db.channel === null) return await work(lost.signal);
  const fence = await db.transaction((q) => takeLease(q, name, runtime.processId, leaseSeconds));
  if (fence === null) return null;
  let keptAt = performance.now();
  const extend = async (): Promise<void> => {
    const askedAt = performance.now();
    try {
      if (!(await db.transaction((q) => extendNamedLease(q, name, fence, leaseSeconds)))) return lost.abort();
      keptAt = askedAt;
    } catch (error) {
      runtime.log.warn({ err: error, lease: name }, 'a lease could not be extended');
      // Without an answer of the database for so long, somebody else may have it.
      if (performance.now() - keptAt >= leaseSeconds * 1000) lost.abort();
    }
  };
  const beat = setInterval(() => void extend(), heartbeatSeconds * 1000);
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(beat);
    await db.transaction((q) => releaseLease(q, name, fence)).catch(() => undefined);
  }
}
