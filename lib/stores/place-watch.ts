import { SharedRuns } from '#lib/streams/shared-runs.ts';
import { stoppable } from '#lib/streams/stoppable.ts';
import type { CallGate } from './call-gate.ts';
import { fault, toStoreFault } from './faults.ts';
import type { StoreMarker } from './store.ts';

/** A thousand uploads at once look at the marker once. What goes away in between shows in the look afterwards. */
const trustMilliseconds = 50;
/** One look that hangs must not keep those after it from theirs. */
const patienceMilliseconds = 1_000;
const doing = 'checking its marker';

/** Whether the place of a store still is the one that it was. */
export class PlaceWatch {
  readonly #storeId: string;
  readonly #gate: CallGate;
  readonly #expected: () => StoreMarker | null;
  readonly #looks: SharedRuns<{ begunAt: number; found: StoreMarker | null }>;
  #trustedUntil = 0;
  /** When the newest look began that found another place. */
  #wrongAt = 0;

  /**
   * @param expected the marker that the place must have; null while it is not known yet
   * @param read reads the marker that it has
   */
  constructor(
    storeId: string,
    gate: CallGate,
    expected: () => StoreMarker | null,
    read: () => Promise<StoreMarker | null>,
  ) {
    this.#storeId = storeId;
    this.#gate = gate;
    this.#expected = expected;
    this.#looks = new SharedRuns(async () => {
      const begunAt = performance.now();
      return { begunAt, found: await read() };
    }, patienceMilliseconds);
  }

  /** Before something is done there, so that a wrong place stays as it is. Rejects with `wrong-store`. */
  async check(signal: AbortSignal | undefined): Promise<void> {
    if (performance.now() >= this.#trustedUntil) await this.confirm(signal);
  }

  /**
   * After something was done there, and before it is believed: looks now, since a file system may have been unmounted
   * between `check` and what came after it. Rejects with `wrong-store`.
   */
  async confirm(signal: AbortSignal | undefined): Promise<void> {
    const expected = this.#expected();
    if (expected === null) return;
    const { begunAt, found } = await stoppable(this.#looks.run(), signal).catch((error: unknown) => {
      const failure = toStoreFault(error, this.#storeId, doing, signal);
      if (failure.kind !== 'aborted') this.#trustedUntil = 0;
      throw failure;
    });
    if (found?.storeId === expected.storeId && found.token === expected.token) {
      if (begunAt >= this.#wrongAt) this.#trustedUntil = performance.now() + trustMilliseconds;
      return;
    }
    this.#wrongAt = Math.max(this.#wrongAt, begunAt);
    this.#trustedUntil = 0;
    throw this.#gate.note(fault('wrong-store', this.#storeId, doing));
  }
}
