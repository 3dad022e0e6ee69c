import { GiB, MiB } from '#lib/contract/limits.ts';

export const smallestPatchBytes = 64 * MiB;
export const largestPatchBytes = 4 * GiB;

const wantedMilliseconds = 20_000;

/**
 * How large the next PATCH is: so large that the wait for its answer (a round trip and a flush to the medium) is
 * nothing beside the sending, and so small that a proxy which gathers whole requests still lets some through. Grows at
 * most fourfold from one to the next, because one fast PATCH may have gone into a buffer.
 */
export function nextPatchBytes(previousBytes: number, milliseconds: number): number {
  const ideal = (previousBytes / Math.max(1, milliseconds)) * wantedMilliseconds;
  const rounded = Math.round(Math.min(ideal, previousBytes * 4) / MiB) * MiB;
  return Math.min(largestPatchBytes, Math.max(smallestPatchBytes, rounded));
}
