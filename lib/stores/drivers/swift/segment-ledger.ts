import { z } from 'zod';
import type { ResumeState } from '../../store.ts';

/** A piece of an unfinished object that Swift has: an object of its own in the segments container. */
export interface Segment {
  /** Where its bytes begin in the image. */
  offset: number;
  bytes: number;
  /** MD5 of the bytes in hex, or what Swift calls the ETag of a manifest. */
  etag: string;
  /** Of the writer that stored it, part of its name. */
  nonce: string;
  /** A manifest that stands for many segments. */
  isManifest: boolean;
}

/** What a large object is made of, in order. */
export interface Leaf {
  container: string;
  name: string;
  bytes: number;
  /** MD5 in hex. */
  etag: string;
}

/** `<key>/<offset, 16 digits>-<nonce>`: the names of an image's segments lie together and in order. */
export function segmentName(key: string, { offset, nonce, isManifest }: Segment): string {
  return `${segmentPrefix(key)}${String(offset).padStart(16, '0')}-${nonce}${isManifest ? '.slo' : ''}`;
}

/** What the name of everything begins with that belongs to the key. */
export const segmentPrefix = (key: string): string => `${key}/`;

/** Says that the object was begun and is not published yet. Lies beside the segments. */
export const begunName = (key: string): string => `${segmentPrefix(key)}begun`;

/** Where the driver's own manifest of a published object lies, if it has one. */
export const ownManifestName = (key: string): string => `${segmentPrefix(key)}manifest`;

/** What all segments begin with and nothing else does: no image has 10¹⁵ bytes. For a manifest that goes by names. */
export const dataPrefix = (key: string): string => `${segmentPrefix(key)}0`;

const State = z.object({
  version: z.literal(1),
  /** For each writer in turn: its nonce and its segments as [bytes, ETag in base64url, 1 for a manifest]. */
  runs: z.array(
    z.tuple([
      z.string(),
      z.array(z.tuple([z.int().min(0), z.string(), z.union([z.literal(0), z.literal(1)])])),
    ]),
  ),
});

/**
 * The segments of one unfinished object in order, without gaps. Places are reserved when a segment begins and filled
 * when Swift has it, in any order; what counts ends at the first that is not filled.
 */
export class SegmentLedger {
  #segments: { segment: Segment; isStored: boolean }[];

  constructor(segments: readonly Segment[] = []) {
    this.#segments = segments.map((segment) => ({ segment, isStored: true }));
  }

  /** All of them; to be asked when none is under way. */
  get segments(): Segment[] {
    return this.#segments.map(({ segment }) => segment);
  }

  /** Adds one behind the last, or replaces the last when it begins there too (it has grown). Call the result when it is stored. */
  reserve(segment: Segment): (etag: string) => void {
    const last = this.#segments.at(-1);
    if (last?.segment.offset === segment.offset) this.#segments.pop();
    const entry = { segment, isStored: false };
    this.#segments.push(entry);
    return (etag) => {
      entry.segment = { ...segment, etag };
      entry.isStored = true;
    };
  }

  /** Puts a manifest in the place of the first `count` plain segments that follow on the manifests. */
  gather(count: number, manifest: Segment): void {
    const first = this.#segments.findIndex(({ segment }) => !segment.isManifest);
    this.#segments.splice(first, count, { segment: manifest, isStored: true });
  }

  /** Plain segments that no manifest stands for yet. */
  get plain(): Segment[] {
    return this.#segments.filter(({ segment }) => !segment.isManifest).map(({ segment }) => segment);
  }

  toState(): ResumeState {
    const runs: z.infer<typeof State>['runs'] = [];
    for (const { segment, isStored } of this.#segments) {
      if (!isStored) break;
      let run = runs.at(-1);
      if (run?.[0] !== segment.nonce) {
        run = [segment.nonce, []];
        runs.push(run);
      }
      const etag = Buffer.from(segment.etag, 'hex').toString('base64url');
      run[1].push([segment.bytes, etag, segment.isManifest ? 1 : 0]);
    }
    return JSON.stringify({ version: 1, runs });
  }
}

/** What `toState` wrote; nothing for no state. Throws when somebody else wrote it. */
export function segmentsOfState(state: ResumeState | null): Segment[] {
  if (state === null) return [];
  const segments: Segment[] = [];
  let offset = 0;
  for (const [nonce, run] of State.parse(JSON.parse(state)).runs) {
    for (const [bytes, etag, isManifest] of run) {
      segments.push({
        offset,
        bytes,
        etag: Buffer.from(etag, 'base64url').toString('hex'),
        nonce,
        isManifest: isManifest === 1,
      });
      offset += bytes;
    }
  }
  return segments;
}
