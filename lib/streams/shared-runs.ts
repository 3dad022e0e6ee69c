/**
 * Work that many ask for at the same time, and that each of them needs from its beginning: who asks while it runs shares
 * the next run with all others that do, so a thousand cost a few. A run that fails fails for those who shared it.
 */
export class SharedRuns<Value> {
  readonly #work: () => Promise<Value>;
  #running: Promise<Value> | null = null;
  #next: Promise<Value> | null = null;

  constructor(work: () => Promise<Value>) {
    this.#work = work;
  }

  /** What a run brings that begins after this call. */
  run(): Promise<Value> {
    if (this.#running === null) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
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
