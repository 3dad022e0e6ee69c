import { GiB, KiB, MiB } from '#lib/contract/limits.ts';

const stepBytes = 64 * MiB;
const readBytes = 4 * MiB;
const sampleBytes = 4 * KiB;
/** A shorter run is sent: a request of its own would take longer. */
const shortestRunBytes = MiB;
/** So that news of the progress comes while a disk of terabytes is mostly empty. */
const longestRunBytes = 4 * GiB;

export interface Stretch {
  zeros: boolean;
  /** The byte behind it. */
  end: number;
}

/**
 * What the file has from `start` on: nothing but zeros, as far as that goes, or bytes to be sent, up to `end` or to
 * where a run of zeros seems to begin. Of bytes to be sent it reads a few KiB in every 64 MiB; zeros it reads all, which
 * is much quicker than sending them. Rejects with the signal's reason.
 */
export async function stretchAt(
  file: Blob,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Stretch> {
  const zerosEnd = await endOfZeros(file, start, Math.min(file.size, start + longestRunBytes), signal);
  if (zerosEnd - start >= shortestRunBytes) return { zeros: true, end: zerosEnd };
  for (let at = stepEnd(start, end); at < end; at = stepEnd(at, end)) {
    signal.throwIfAborted();
    const next = stepEnd(at, end);
    if (next - at >= shortestRunBytes && (await looksLikeZeros(file, at, next)))
      return { zeros: false, end: at };
  }
  return { zeros: false, end };
}

async function endOfZeros(file: Blob, start: number, limit: number, signal: AbortSignal): Promise<number> {
  let at = start;
  while (at < limit) {
    const next = stepEnd(at, limit);
    if (!(await looksLikeZeros(file, at, next)) || !(await isZeros(file, at, next, signal))) break;
    at = next;
  }
  return at;
}

/** Steps end at multiples of 64 MiB, where the service makes durable what it has. */
function stepEnd(at: number, limit: number): number {
  return Math.min(limit, at - (at % stepBytes) + stepBytes);
}

/** Its first, middle and last bytes, one after the other: most data shows itself in the first. */
async function looksLikeZeros(file: Blob, start: number, end: number): Promise<boolean> {
  const middle = Math.floor((start + end) / 2);
  for (const at of [start, middle, Math.max(start, end - sampleBytes)]) {
    if (!(await areZeros(file, at, Math.min(end, at + sampleBytes)))) return false;
  }
  return true;
}

async function isZeros(file: Blob, start: number, end: number, signal: AbortSignal): Promise<boolean> {
  for (let at = start; at < end; at += readBytes) {
    signal.throwIfAborted();
    if (!(await areZeros(file, at, Math.min(end, at + readBytes)))) return false;
  }
  return true;
}

async function areZeros(file: Blob, start: number, end: number): Promise<boolean> {
  const bytes = await file.slice(start, end).arrayBuffer();
  const words = new Int32Array(bytes, 0, Math.floor(bytes.byteLength / 4));
  // Four times as fast as `every`, and there may be gigabytes of them.
  for (let index = 0; index < words.length; index += 1) if (words[index] !== 0) return false;
  return new Uint8Array(bytes, words.byteLength).every((byte) => byte === 0);
}
