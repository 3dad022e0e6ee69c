/** Inspects a stream of bytes as it passes: which format it is and whether it may be kept. Runs in server and browser. */
import { fromBase64, tailBytes, toBase64 } from './bytes.ts';
import {
  accept,
  conclude,
  guess,
  markBytes,
  newExamination,
  verdictOf,
  wantOf,
  type ExaminationState,
} from './examination.ts';
import type { Inspection, Want } from './inspection.ts';
import { TailWindow } from './tail-window.ts';

export type { DetectedFormat, GlanceDiskFormat, Inspection, Refusal, Warning } from './inspection.ts';

/** Never throws, whatever the bytes are. Holds less than 1 MiB. */
export interface Inspector {
  /** Feed the next bytes in order (borrowed: copied where kept). Costs next to nothing once settled. */
  write(chunk: Uint8Array): void;
  /** Feed n zero bytes without materialising them. */
  writeZeros(length: number): void;
  /** True when no later byte (except the tail on finish) can change the verdict. */
  readonly settled: boolean;
  readonly position: number;
  /** The verdict as of now: format may still be 'unknown'. As soon as `refusal` is set the upload can be stopped. */
  verdict(): Inspection;
  /** The stream has ended and this is its size in bytes: the final verdict. May be asked again. */
  finish(totalBytes: number): Inspection;
  /** JSON text with which an upload resumed in another process goes on being inspected: 3 KiB once settled, else below 1 MiB. */
  snapshot(): string;
}

interface Snapshot {
  version: 1;
  position: number;
  examination: ExaminationState;
  /** Base64 of what has come of the stretch that is wanted. */
  collected: string;
  /** Base64 of the last bytes. */
  tail: string;
}

class StreamInspector implements Inspector {
  #position = 0;
  #examination: ExaminationState = newExamination;
  #want: Want | null = wantOf(newExamination);
  /** What has come of the wanted stretch; its first `#collectedBytes` count. */
  #collected = new Uint8Array(0);
  #collectedBytes = 0;
  readonly #tail = new TailWindow(tailBytes);

  static restore(text: string): StreamInspector {
    const snapshot = JSON.parse(text) as Snapshot;
    if (snapshot.version !== 1)
      throw new Error('This inspection was recorded by another version of the service.');
    const inspector = new StreamInspector();
    inspector.#position = snapshot.position;
    inspector.#examination = snapshot.examination;
    inspector.#want = wantOf(snapshot.examination);
    inspector.#tail.write(fromBase64(snapshot.tail));
    const collected = fromBase64(snapshot.collected);
    inspector.#collected = new Uint8Array(inspector.#want?.length ?? 0);
    inspector.#collected.set(collected);
    inspector.#collectedBytes = collected.length;
    return inspector;
  }

  get settled(): boolean {
    return this.#want === null;
  }

  get position(): number {
    return this.#position;
  }

  write(chunk: Uint8Array): void {
    this.#tail.write(chunk);
    this.#feed(chunk.length, (target, from) => target.set(chunk.subarray(from, from + target.length)));
  }

  writeZeros(length: number): void {
    this.#tail.writeZeros(length);
    this.#feed(length, (target) => target.fill(0));
  }

  /** Takes from the next `length` bytes what is wanted, stopping at the same places however the stream is cut. */
  #feed(length: number, copy: (target: Uint8Array, from: number) => void): void {
    const start = this.#position;
    const end = start + length;
    while (this.#want !== null) {
      const next = this.#want.offset + this.#collectedBytes;
      if (next >= end) break;
      const naming = !this.#examination.headSeen && next < markBytes;
      const stop = naming ? markBytes : this.#want.offset + this.#want.length;
      const until = Math.min(stop, end);
      if (this.#collected.length !== this.#want.length) this.#collected = new Uint8Array(this.#want.length);
      copy(this.#collected.subarray(this.#collectedBytes, this.#collectedBytes + until - next), next - start);
      this.#collectedBytes += until - next;
      if (this.#collectedBytes === this.#want.length) this.#advance(this.#collected);
      else if (naming && until === markBytes) {
        this.#examination = guess(this.#examination, this.#collected.subarray(0, markBytes));
      }
    }
    this.#position = end;
  }

  /** Hands over the wanted stretch, and those that follow from it and lie inside it. */
  #advance(given: Uint8Array): void {
    const from = this.#want?.offset ?? 0;
    this.#examination = accept(this.#examination, given);
    let want = wantOf(this.#examination);
    while (want !== null && want.offset >= from && want.offset + want.length <= from + given.length) {
      this.#examination = accept(
        this.#examination,
        given.subarray(want.offset - from, want.offset - from + want.length),
      );
      want = wantOf(this.#examination);
    }
    this.#want = want;
    this.#collected = new Uint8Array(want?.length ?? 0);
    const overlap =
      want === null ? new Uint8Array(0) : given.subarray(Math.min(given.length, want.offset - from));
    this.#collected.set(overlap);
    this.#collectedBytes = overlap.length;
  }

  verdict(): Inspection {
    return verdictOf(this.#examination);
  }

  finish(totalBytes: number): Inspection {
    // The end of the stream is the end of the stretch that is still wanted.
    while (this.#want !== null) this.#advance(this.#collected.subarray(0, this.#collectedBytes));
    return conclude(this.#examination, totalBytes, totalBytes === this.#position ? this.#tail.bytes() : null);
  }

  snapshot(): string {
    const snapshot: Snapshot = {
      version: 1,
      position: this.#position,
      examination: this.#examination,
      collected: toBase64(this.#collected.subarray(0, this.#collectedBytes)),
      tail: toBase64(this.#tail.bytes()),
    };
    return JSON.stringify(snapshot);
  }
}

/**
 * @param snapshot what `snapshot()` gave; the next byte written is the one at its `position`.
 * @throws when the snapshot is not one of this version: read the stored bytes again from the beginning instead.
 */
export function openInspector(snapshot?: string): Inspector {
  return snapshot === undefined ? new StreamInspector() : StreamInspector.restore(snapshot);
}
