import { setTimeout as delay } from 'node:timers/promises';

/**
 * Work that many ask for at the same time, and that each of them needs from its beginning: who asks while it runs shares
 * the next run with all others that do, so a thousand cost a few. A run that fails fails for those who shared it.
 */
export class SharedRuns<Value> {
  readonly #work: () => Promise<Value>;
  readonly #patienceMilliseconds: number | null;
  #running: Promise<Value> | null = null;
  #next: Promise<Value> | null = null;

  /** @param patienceMilliseconds a run that takes longer holds the next one up no more; null: one at a time always */
  constructor(work: () => Promise<Value>, patienceMilliseconds: number | null = null) {
    this.#work = work;
    this.#patienceMilliseconds = patienceMilliseconds;
  }

  /** What a run brings that begins after this call. */
  run(): Promise<Value> {
    if (this.#next !== null) return this.#next;
    if (this.#running === null) return this.#start();
    this.#next = this.#outOfTheWay(this.#running).then(() => this.#start());
    return this.#next;
  }

  async #outOfTheWay(running: Promise<Value>): Promise<void> {
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    if (this.#patienceMilliseconds === null) return ended;
    const over = new AbortController();
    const late = delay(this.#patienceMilliseconds, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([ended, late]);
    over.abort();
  }

  #start(): Promise<Value> {
    this.#next = null;
    const running = this.#work().finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }
}
