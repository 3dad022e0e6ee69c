import { stoppable } from './stoppable.ts';

/**
 * Parts of one object that are sent at the same time, at most `parallel` of them. Who adds one waits while all places
 * are taken: that is the back-pressure. The first part that fails stops the others; every later call rejects with it.
 */
export class PartScheduler {
  readonly #parallel: number;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  get running(): number {
    return this.#running.size;
  }

  /**
   * Resolves when the part has begun; it goes on beside the caller. `run` frees what the part holds, however it ends.
   * Rejects without having called `run` when an earlier part has failed or `signal` is aborted.
   */
  async start(run: (signal: AbortSignal) => Promise<void>, signal?: AbortSignal): Promise<void> {
    while (this.#running.size >= this.#parallel) await this.oneDone(signal);
    this.#throwIfStopped(signal);
    const part = run(this.#stopping.signal)
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.#stopping.abort(error);
      })
      .finally(() => this.#running.delete(part));
    this.#running.add(part);
  }

  /** Resolves when one of those that run is done, at once when none runs. Rejects with what failed. */
  async oneDone(signal?: AbortSignal): Promise<void> {
    this.#throwIfStopped(signal);
    if (this.#running.size > 0) await stoppable(Promise.race(this.#running), signal);
    this.#throwIfStopped(signal);
  }

  /** Resolves when all parts are done. Rejects with what failed. */
  async settle(signal?: AbortSignal): Promise<void> {
    this.#throwIfStopped(signal);
    await stoppable(Promise.all(this.#running), signal);
    this.#throwIfStopped(signal);
  }

  /** Stops those that run and resolves when the last has ended. Safe to repeat; never rejects. */
  async stop(): Promise<void> {
    this.#failure ??= { error: new Error('The parts were stopped.') };
    this.#stopping.abort(this.#failure.error);
    await Promise.all(this.#running);
  }

  #throwIfStopped(signal: AbortSignal | undefined): void {
    if (this.#failure !== null) throw this.#failure.error;
    signal?.throwIfAborted();
  }
}
