import { KiB, MiB } from '#lib/contract/limits.ts';
import { isZero } from '#lib/streams/zeros.ts';

/** Runs of zeros are found on this grid: the cluster of qcow2, sixteen blocks of most file systems. */
const zeroBlockBytes = 64 * KiB;

const zeroBytes = Buffer.alloc(1 * MiB);

/** A constant view of `length` zeros, at most 1 MiB. Never write to it. */
export function zeroBlock(length: number): Uint8Array<ArrayBuffer> {
  return zeroBytes.subarray(0, length);
}

export interface Run {
  start: number;
  end: number;
  zero: boolean;
}

/** Splits the bytes, whose first one stands at `position` of the object, into runs of data and of whole zero blocks. */
export function findRuns(bytes: Uint8Array, position: number): Run[] {
  const runs: Run[] = [];
  let start = 0;
  while (start < bytes.byteLength) {
    const toGrid = zeroBlockBytes - ((position + start) % zeroBlockBytes);
    const end = Math.min(bytes.byteLength, start + toGrid);
    const zero =
      toGrid === zeroBlockBytes && end - start === zeroBlockBytes && isZero(bytes.subarray(start, end));
    const last = runs.at(-1);
    if (last && last.zero === zero) last.end = end;
    else runs.push({ start, end, zero });
    start = end;
  }
  return runs;
}
