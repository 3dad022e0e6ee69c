import { MiB } from '#lib/contract/limits.ts';
import type { HashSession } from './hash-session.ts';
import type { Sink } from './sink.ts';

/** Zeros take no slot, so what limits the lag of hashes and writers behind them is this. */
const hashBacklogBytes = 96 * MiB;
const sinkBacklogBytes = 256 * MiB;

/** Whether hashes or sinks lag so far behind that no more may come, and those who wait for that to end. */
export class Pressure {
  readonly #session: Pick<HashSession, 'backlogBytes'>;
  readonly #sinks: () => readonly Sink[];
  #waiting: (() => void)[] = [];

  constructor(session: Pick<HashSession, 'backlogBytes'>, sinks: () => readonly Sink[]) {
    this.#session = session;
    this.#sinks = sinks;
  }

  get isHigh(): boolean {
    return (
      this.#session.backlogBytes > hashBacklogBytes ||
      this.#sinks().some((sink) => sink.queuedBytes > sinkBacklogBytes)
    );
  }

  /** Resolves when `settle` or `release` finds reason to. */
  relief(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Something was worked off: lets those go on who wait, if that was enough. */
  settle(): void {
    if (this.#waiting.length > 0 && !this.isHigh) this.release();
  }

  release(): void {
    for (const goOn of this.#waiting.splice(0)) goOn();
  }
}
