import { GiB, MiB } from '#lib/contract/limits.ts';

/** Of a multipart upload (S3 user guide, "Multipart upload limits"). */
export const partsAtMost = 10_000;
/** Every part but the last. */
export const leastPartBytes = 5 * MiB;
const largestObjectBytes = 5 * 1024 * GiB;
/** Parts that may end early because somebody asked for what is there to be durable. */
const spareParts = 1_000;
/**
 * Where the size is unknown, parts grow: none is larger than 64 MiB within the first 470 GiB (500 GB), and at last
 * they are as large as they may be, because there is no other way to 5 TiB.
 */
const growth = [
  { fromPart: 0, leastBytes: 0, reachesBytes: 0 },
  { fromPart: 1_000, leastBytes: 64 * MiB, reachesBytes: 470 * GiB },
  { fromPart: 8_700, leastBytes: 512 * MiB, reachesBytes: 650 * GiB },
  { fromPart: 9_100, leastBytes: 5 * GiB, reachesBytes: largestObjectBytes },
] as const;

/** How large the parts of one object are, so that they never run out. */
export class PartPlan {
  readonly #sizeBytes: number | null;
  readonly #baseBytes: number;

  /** @param sent what there is already: its parts may be small, made before the size was known */
  constructor(baseBytes: number, sizeBytes: number | null, sent = { parts: 0, bytes: 0 }) {
    this.#sizeBytes = sizeBytes;
    const left = partsAtMost - sent.parts;
    const planned = Math.max(1, left - Math.min(spareParts, Math.floor(left / 10)));
    const needed = Math.ceil(((sizeBytes ?? 0) - sent.bytes) / planned / MiB) * MiB;
    this.#baseBytes = Math.max(leastPartBytes, baseBytes, needed);
  }

  /** Of the part after `parts` others. */
  bytesOf(parts: number): number {
    if (this.#sizeBytes !== null) return this.#baseBytes;
    const step = growth.findLast(({ fromPart }) => parts >= fromPart);
    return Math.max(this.#baseBytes, step?.leastBytes ?? 0);
  }

  /** Whether the part after `parts` others may end at `position` (a byte of the object) and the rest still fits. */
  mayEndAt(parts: number, position: number): boolean {
    if (parts + 1 >= partsAtMost) return false;
    if (this.#sizeBytes !== null) {
      return position + (partsAtMost - parts - 1) * this.#baseBytes >= this.#sizeBytes;
    }
    let reach = position;
    for (const [index, { reachesBytes }] of growth.entries()) {
      const first = Math.max(parts + 1, growth[index]?.fromPart ?? 0);
      const end = growth[index + 1]?.fromPart ?? partsAtMost;
      if (end > first) reach += (end - first) * this.bytesOf(first);
      if (end > parts && reach < reachesBytes) return false;
    }
    return true;
  }
}
