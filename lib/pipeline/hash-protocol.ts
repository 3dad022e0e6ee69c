import type { HashName } from './types.ts';

export type HasherKind = HashName | 'blake3';

/** What the main thread tells a hash thread. A thread does everything in the order in which it was told. */
export type HashOrder =
  /** A slot is seen for the first time. */
  | { know: number; memory: SharedArrayBuffer }
  | { forget: number }
  | { open: number; kind: HasherKind; position: number }
  | { drop: number[] }
  /** Remembers the state of now under `position`, beside the one remembered before. */
  | { remember: number[]; position: number }
  /** Goes back to what was remembered under `position`. */
  | { rewind: number[]; position: number }
  /** The first `length` bytes of the slot, or that many zeros without one. Answered by `done`. */
  | { ticket: number; update: number[]; slot: number | null; length: number }
  /** Answered by `digests`; the hashers can go on. */
  | { ticket: number; digest: number[] };

export interface FinishedPiece {
  index: number;
  blake3: string;
}

/** What a hash thread answers: a bare ticket, or one with what came out of it. */
export type HashAnswer = number | { ticket: number; pieces?: FinishedPiece[]; digests?: string[] };
