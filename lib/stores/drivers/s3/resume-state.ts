import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TailPiece } from './tail.ts';

export interface SentPart {
  bytes: number;
  etag: string;
}

/** One point at which an object is durable: so many parts with these ETags, and behind them the tail. */
const Point = z.object({
  bytes: z.number(),
  parts: z.number(),
  /** Of the ETags: the store lists them, so 10,000 of them need not lie in the database. */
  digest: z.string(),
  tail: z.array(z.object({ name: z.string(), bytes: z.number(), crc: z.number() })),
});
export type Point = z.infer<typeof Point>;

const State = z.object({
  version: z.literal(1),
  upload: z.string(),
  writer: z.string(),
  /** Bytes of a part as it was planned: other boundaries could leave parts that nobody completes. */
  part: z.number(),
  /** The last durable point and the one before it: a crash may keep the database from learning of the last. */
  points: z.array(Point),
});
export type State = z.infer<typeof State>;

export function encodeState(state: State): string {
  return JSON.stringify(state);
}

/** Null when there is none or it is not understood. */
export function decodeState(text: string | null): State | null {
  if (text === null) return null;
  try {
    return State.parse(JSON.parse(text));
  } catch {
    // Not ours, or from a later version: whoever asked begins again.
    return null;
  }
}

export function makePoint(parts: readonly SentPart[], digest: string, tail: readonly TailPiece[]): Point {
  const bytes = [...parts, ...tail].reduce((sum, piece) => sum + piece.bytes, 0);
  return { bytes, parts: parts.length, digest, tail: [...tail] };
}

/** Of ETags one after the other. */
export class EtagDigest {
  #hash = createHash('sha256');
  #count = 0;

  /** `parts`: all so far; those that are new are added. */
  of(parts: readonly SentPart[]): string {
    for (; this.#count < parts.length; this.#count++) this.#hash.update(`${parts[this.#count]?.etag}\n`);
    return this.#hash.copy().digest('hex').slice(0, 32);
  }
}
