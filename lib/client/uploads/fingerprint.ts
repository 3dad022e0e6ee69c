import { createSHA256 } from 'hash-wasm';
import { KiB, MiB } from '#lib/contract/limits.ts';

const edgeBytes = 1 * MiB;
const sampleBytes = 64 * KiB;
const sampleCount = 32;

export interface FileFingerprint {
  /** SHA-256 of the size, both ends and 32 places between: 4 MiB are read, however large the file. */
  sample: string;
  /** Milliseconds since the epoch: when the file was last changed, as its browser says. */
  changedAt: number;
}

/**
 * Recognises a file without reading all of it. Two files with the same sample may still differ between the places that
 * were read, so a different time of change is asked about and not passed over.
 *
 * @throws what the browser throws when the file cannot be read any more
 */
export async function fingerprintOf(file: File): Promise<FileFingerprint> {
  const hash = await createSHA256();
  hash.update(`${file.size}\n`);
  for (const [start, end] of placesOf(file.size)) {
    hash.update(new Uint8Array(await file.slice(start, end).arrayBuffer()));
  }
  return { sample: hash.digest('hex'), changedAt: file.lastModified };
}

/** Ranges `[start, end)` that are read, in order, none of them twice. */
export function placesOf(size: number): [start: number, end: number][] {
  const whole = 2 * edgeBytes + sampleCount * sampleBytes;
  if (size <= whole) return [[0, size]];
  const inner = size - 2 * edgeBytes;
  const samples = Array.from({ length: sampleCount }, (_, index): [number, number] => {
    const start = edgeBytes + Math.floor((inner - sampleBytes) * (index / (sampleCount - 1)));
    return [start, start + sampleBytes];
  });
  return [[0, edgeBytes], ...samples, [size - edgeBytes, size]];
}

const version = 's1';

/** As the server keeps it in the metadata of the upload. */
export function writeFingerprint(fingerprint: FileFingerprint): string {
  return `${version}:${fingerprint.sample}:${fingerprint.changedAt}`;
}

export function readFingerprint(text: string | null): FileFingerprint | null {
  const parts = text?.split(':') ?? [];
  const changedAt = Number(parts[2]);
  if (parts[0] !== version || !parts[1] || !Number.isFinite(changedAt)) return null;
  return { sample: parts[1], changedAt };
}
