/** How far a transfer is and how fast: kept in memory, because what counts after a crash is in the row. */
import type { TransferProgress } from '#lib/runtime/parts.ts';

const windowMilliseconds = 5_000;
/** Before this long a prediction is a guess that jumps about. */
const predictAfterMilliseconds = 10_000;
const sampleEveryMilliseconds = 200;

export class ProgressMeter {
  sentBytes: number;
  doneBytes: number;
  verifiedBytes = 0;
  readonly totalBytes: number;
  readonly #startedAt: number;
  #samples: { at: number; bytes: number }[] = [];
  #isVerifying = false;

  constructor(totalBytes: number, doneBytes: number, now: number) {
    this.totalBytes = totalBytes;
    this.sentBytes = doneBytes;
    this.doneBytes = doneBytes;
    this.#startedAt = now;
    this.#samples.push({ at: now, bytes: doneBytes });
  }

  sent(bytes: number, now: number): void {
    this.sentBytes = bytes;
    this.#sample(bytes, now, false);
  }

  durable(bytes: number): void {
    this.doneBytes = bytes;
    this.sentBytes = Math.max(this.sentBytes, bytes);
  }

  verified(bytes: number, now: number): void {
    this.verifiedBytes = bytes;
    this.#sample(bytes, now, true);
  }

  /** Everything again from byte 0, into another object. */
  restart(now: number): void {
    this.sentBytes = 0;
    this.doneBytes = 0;
    this.verifiedBytes = 0;
    this.#samples = [{ at: now, bytes: 0 }];
  }

  read(now: number): TransferProgress {
    const first = this.#samples.find((sample) => now - sample.at <= windowMilliseconds);
    const current = this.#isVerifying ? this.verifiedBytes : this.sentBytes;
    const seconds = first === undefined ? 0 : (now - first.at) / 1000;
    const rate =
      first === undefined || seconds < 0.25
        ? null
        : Math.max(0, Math.round((current - first.bytes) / seconds));
    const isPredictable = now - this.#startedAt >= predictAfterMilliseconds && rate !== null && rate > 0;
    return {
      sentBytes: this.sentBytes,
      doneBytes: this.doneBytes,
      verifiedBytes: this.verifiedBytes,
      bytesPerSecond: rate,
      etaSeconds: isPredictable ? Math.ceil((this.totalBytes - current) / rate) : null,
    };
  }

  #sample(bytes: number, now: number, isVerifying: boolean): void {
    if (isVerifying !== this.#isVerifying) {
      this.#isVerifying = isVerifying;
      this.#samples = [];
    }
    const last = this.#samples.at(-1);
    if (last !== undefined && now - last.at < sampleEveryMilliseconds) return;
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > windowMilliseconds) {
      this.#samples.shift();
    }
  }
}
