import { GiB, MiB } from '#lib/contract/limits.ts';

/** Of a multipart upload (S3 user guide, "Multipart upload limits"). */
export const partsAtMost = 10_000;
/** Every part but the last. */
export const leastPartBytes = 5 * MiB;
const largestObjectBytes = 5 * 1024 * GiB;
/** Parts that may end early because somebody asked for what is there to be durable. */
const spareParts = 1_000;
/** Where the size is unknown, parts grow: these are the least sizes of each quarter. Together they reach 5.9 TiB. */
const growingBytes = [0, 64 * MiB, 256 * MiB, 2 * GiB];

/** How large the parts of one object are, so that they never run out. */
export class PartPlan {
  readonly #sizeBytes: number | null;
  readonly #baseBytes: number;

  constructor(baseBytes: number, sizeBytes: number | null) {
    this.#sizeBytes = sizeBytes;
    const needed = Math.ceil((sizeBytes ?? 0) / (partsAtMost - spareParts) / MiB) * MiB;
    this.#baseBytes = Math.max(leastPartBytes, baseBytes, needed);
  }

  /** Of the part after `parts` others. */
  bytesOf(parts: number): number {
    if (this.#sizeBytes !== null) return this.#baseBytes;
    const quarter = Math.min(3, Math.floor((parts * 4) / partsAtMost));
    return Math.max(this.#baseBytes, growingBytes[quarter] ?? 0);
  }

  /** Whether the part after `parts` others may end at `position` (a byte of the object) and the rest still fits. */
  mayEndAt(parts: number, position: number): boolean {
    if (parts + 1 >= partsAtMost) return false;
    let reach = 0;
    for (let quarter = 0; quarter < 4; quarter++) {
      const first = Math.max(parts + 1, (quarter * partsAtMost) / 4);
      const end = ((quarter + 1) * partsAtMost) / 4;
      if (end > first) reach += (end - first) * this.bytesOf(first);
    }
    return position + reach >= (this.#sizeBytes ?? largestObjectBytes);
  }
}
