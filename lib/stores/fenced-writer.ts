/**
 * A process that was frozen does not know it when it goes on: by then somebody else may write the same object. So it
 * looks at its own clock before each step, and not only at what the database says every ten seconds.
 */
import { StowageError } from '../contract/errors.ts';
import { leaseSeconds } from '../contract/limits.ts';
import type { CallOptions, DurablePoint, ObjectStat, ObjectWriter } from './store.ts';

/**
 * A moment by two clocks: what counts is the one that has gone further since. `monotonic` goes by no leap of the other,
 * but stands still while the machine is suspended; then the kernel sets `wall` forward. A wall clock that leaps for
 * another reason costs a resume and no bytes. (Of a virtual machine that its host has paused both stand still: what it
 * writes until the next heartbeat is what its client had sent.)
 */
export interface Moment {
  monotonic: number;
  wall: number;
}

export function thisMoment(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** How long this process may be sure to hold a lease, by clocks that go on while the process does not. */
export class Tenure {
  #from: Moment | null;

  /** `askedAt`: before the database was asked, so that its clock has begun no earlier; null where there is only one process. */
  constructor(askedAt: Moment | null) {
    this.#from = askedAt;
  }

  extend(askedAt: Moment): void {
    if (this.#from !== null && askedAt.monotonic > this.#from.monotonic) this.#from = askedAt;
  }

  /** Throws `lease_lost` when somebody else may have it by now. */
  assert(): void {
    if (this.#from === null) return;
    const { monotonic, wall } = thisMoment();
    const awayMilliseconds = Math.max(monotonic - this.#from.monotonic, wall - this.#from.wall);
    if (awayMilliseconds < leaseSeconds * 1000) return;
    throw new StowageError(
      'lease_lost',
      'This process was away for so long that another may go on with it.',
      {
        remedy: 'Ask how far it is, and go on from there.',
      },
    );
  }
}

/** Does nothing to the object any more once the tenure is over. */
export class FencedWriter implements ObjectWriter {
  readonly key: string;
  readonly #writer: ObjectWriter;
  readonly #tenure: Tenure;

  constructor(writer: ObjectWriter, tenure: Tenure) {
    this.key = writer.key;
    this.#writer = writer;
    this.#tenure = tenure;
  }

  get position(): number {
    return this.#writer.position;
  }

  async append(chunks: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    this.#tenure.assert();
    return await this.#writer.append(chunks, options);
  }

  async appendZeros(length: number, options?: CallOptions): Promise<void> {
    this.#tenure.assert();
    return await this.#writer.appendZeros(length, options);
  }

  async flush(options?: CallOptions): Promise<DurablePoint> {
    this.#tenure.assert();
    return await this.#writer.flush(options);
  }

  async commit(options?: CallOptions): Promise<ObjectStat> {
    this.#tenure.assert();
    return await this.#writer.commit(options);
  }

  async abandon(options?: CallOptions): Promise<void> {
    this.#tenure.assert();
    return await this.#writer.abandon(options);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}
