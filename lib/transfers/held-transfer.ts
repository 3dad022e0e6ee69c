import type { LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import type { Interruption } from '#lib/runtime/parts.ts';
import type { Tenure } from '#lib/stores/fenced-writer.ts';
import { ProgressMeter } from './progress-meter.ts';

/** Stronger ones replace weaker ones: what was canceled is not paused, what is lost is neither. */
const strength: Readonly<Record<Interruption, number>> = {
  detach: 0,
  stop: 1,
  pause: 2,
  cancel: 3,
  'lease-lost': 4,
};

/** A transfer that this worker holds: its rows as last read or written, its fence, and the way to stop it. */
export class HeldTransfer {
  /** As last written by this worker. */
  row: TransferRow;
  /** Of a copy: the object that is being written. Null for a verification. */
  location: LocationRow | null;
  readonly fence: number;
  readonly meter: ProgressMeter;
  readonly tenure: Tenure;
  interruption: Interruption | null = null;
  /** Resolves when the last word about it is in the database. */
  readonly settled: Promise<void>;
  isSettled = false;
  #controller = new AbortController();
  #settle: () => void;

  constructor(row: TransferRow, location: LocationRow | null, now: number, tenure: Tenure) {
    this.row = row;
    this.location = location;
    this.fence = row.lease_fence;
    this.tenure = tenure;
    this.meter = new ProgressMeter(row.bytes_total, location?.bytes ?? 0, now);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
  }

  get id(): string {
    return this.row.id;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** False when something as strong has stopped it already, or its end. */
  interrupt(interruption: Interruption): boolean {
    if (this.isSettled) return false;
    if (this.interruption !== null && strength[this.interruption] >= strength[interruption]) return false;
    this.interruption = interruption;
    this.#controller.abort(new Error(`interrupted: ${interruption}`));
    return true;
  }

  noteSettled(): void {
    this.isSettled = true;
    this.#settle();
  }

  /** The location of a copy; a verification has none that it writes. */
  get target(): LocationRow {
    if (this.location === null) throw new Error('a verification writes no location');
    return this.location;
  }
}
