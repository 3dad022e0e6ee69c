/**
 * One read of a source for all targets that stand at the same byte. A target that fails, lags or is called off leaves
 * the road; the others go on.
 */
import { pieceSizeBytes } from '#lib/contract/limits.ts';
import { readSource } from '#lib/pipeline/read-source.ts';
import { openRoad } from '#lib/pipeline/road.ts';
import type { Digests, HashName, Road, SinkProgress } from '#lib/pipeline/types.ts';
import type { ObjectWriter } from '#lib/stores/store.ts';
import { BufferPool } from '#lib/streams/buffer-pool.ts';
import type { FoundHashes } from './conclude.ts';
import type { HeldTransfer } from './held-transfer.ts';
import { noteSourceFailure, type Job, type Source } from './job.ts';
import { publishMilliseconds } from './limits.ts';
import { settle } from './outcome.ts';
import { allHashes, judgeSource } from './read-back.ts';
import { changeHeld, leaseLost, recordDurable } from './settle.ts';

/** A target that made all others wait for so long goes on by itself. */
const detachAfterMilliseconds = 5_000;
/** A pause may use so much of its two seconds to make durable what is under way. */
const gentleStopMilliseconds = 1_000;

export interface StreamTarget {
  held: HeldTransfer;
  writer: ObjectWriter;
}

/** A copy whose object stands under its key. `isProved`: every byte was compared on its way. */
export interface Committed {
  held: HeldTransfer;
  isProved: boolean;
  found: FoundHashes | null;
}

export interface Streamed {
  committed: Committed[];
  /** Hold bytes that are not the image's: these begin again, in new objects. */
  spoiled: HeldTransfer[];
}

class WrongPiece extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super(`the bytes from ${offset} on are not those of the image`);
    this.offset = offset;
  }
}

/** Every target is committed, spoiled or settled when it resolves. Never rejects. */
export async function streamCopy(job: Job, sources: Source[], targets: StreamTarget[]): Promise<Streamed> {
  return await new StreamCopy(job, sources, targets).run();
}

class StreamCopy {
  readonly #job: Job;
  readonly #sources: Source[];
  readonly #targets: StreamTarget[];
  /** On the road, by store. */
  readonly #active = new Map<string, StreamTarget>();
  readonly #reading = new AbortController();
  readonly #hardStop = new AbortController();
  readonly #leaving: Promise<void>[] = [];
  readonly #buffers = new BufferPool();
  #current: Source;
  #road: Road | null = null;

  constructor(job: Job, sources: Source[], targets: StreamTarget[]) {
    const [first] = sources;
    if (first === undefined) throw new Error('there is no source');
    this.#job = job;
    this.#sources = sources;
    this.#targets = targets;
    this.#current = first;
    for (const target of targets) this.#active.set(target.writer.key, target);
  }

  async run(): Promise<Streamed> {
    const { runtime } = this.#job;
    const start = this.#targets[0]?.writer.position ?? 0;
    const watch = setInterval(() => this.#look(), publishMilliseconds).unref();
    let committed: Committed[] = [];
    let failure: unknown = null;
    try {
      this.#road = await this.#open(start);
      for (const { held } of this.#targets) this.#listen(held);
      await this.#carry(this.#road, start);
      const { digests } = await this.#road.finish();
      this.#look();
      const proof = this.#prove(digests, start);
      committed = await this.#commit(proof);
    } catch (error) {
      failure = error;
      if (error instanceof WrongPiece) await this.#judge(error);
    } finally {
      clearInterval(watch);
    }
    this.#look();
    await this.#close();
    this.#buffers.close();
    const rest = [...this.#active.values()];
    this.#active.clear();
    const isSpoiled = ({ held }: StreamTarget) =>
      failure instanceof WrongPiece && held.interruption === null && !held.isSettled;
    await Promise.all([
      ...this.#leaving,
      ...rest
        .filter((target) => !isSpoiled(target))
        .map(({ held }) => settle(runtime, held, failure ?? leaseLost())),
    ]);
    return { committed, spoiled: rest.filter(isSpoiled).map(({ held }) => held) };
  }

  async #open(startOffset: number): Promise<Road> {
    const { runtime, sizeBytes } = this.#job;
    return await openRoad(
      {
        startOffset,
        sizeBytes,
        writers: this.#targets.map(({ held, writer }) => ({
          storeId: held.row.target_store,
          writer,
          resumeState: held.target.resume_state,
        })),
        hashes: this.#hashes(),
        inspect: false,
        allMustSucceed: false,
        onSpent: (chunk) => this.#buffers.give(chunk),
        onDurable: (progress) => this.#durable(progress),
        lag: {
          afterMilliseconds: detachAfterMilliseconds,
          onDetached: (sink) => this.#lagged(sink),
        },
        signal: this.#hardStop.signal,
      },
      { slots: runtime.slots, hashPool: runtime.hashPool },
    );
  }

  /** The pieces prove most and cost least; the rest is for an image of which they are not known. */
  #hashes(): HashName[] {
    const { pieces, image } = this.#job;
    if (pieces !== null) return [];
    return image.sha512 === null ? allHashes(this.#job) : ['sha512'];
  }

  async #carry(road: Road, fromOffset: number): Promise<void> {
    const { sizeBytes } = this.#job;
    const bytes = readSource(
      this.#sources.map(({ store, location }) => ({ store, key: location.object_key })),
      {
        sizeBytes,
        fromOffset,
        signal: this.#reading.signal,
        allocate: this.#buffers.take,
        onLeft: (left, _offset, error) => this.#left(left.key, error),
      },
    );
    for await (const piece of bytes) {
      await road.write(piece);
      if (this.#active.size === 0) throw leaseLost();
    }
  }

  #left(key: string, error: unknown): void {
    const index = this.#sources.findIndex(({ location }) => location.object_key === key);
    const source = this.#sources[index];
    if (source === undefined) return;
    // Caught here: until the end of the road nobody waits for it.
    this.#leaving.push(
      noteSourceFailure(this.#job, source, error).catch((failure: unknown) =>
        this.#job.runtime.log.warn({ err: failure }, 'a broken source could not be marked'),
      ),
    );
    this.#current = this.#sources[(index + 1) % this.#sources.length] ?? source;
  }

  async #durable(progress: {
    sinks: SinkProgress[];
    pieces: { index: number; blake3: string }[];
  }): Promise<void> {
    const { runtime, pieces, hooks } = this.#job;
    for (const { index, blake3 } of progress.pieces) {
      if (pieces !== null && pieces[index] !== blake3) throw new WrongPiece(index * pieceSizeBytes);
    }
    for (const sink of progress.sinks) {
      const target = this.#find(sink.storeId);
      if (target === undefined || sink.failure !== null) continue;
      try {
        await recordDurable(runtime, target.held, sink.durable);
        await hooks.at?.('durable', target.held);
      } catch (error) {
        this.#takeOff(target, error);
      }
    }
  }

  #find(storeId: string): StreamTarget | undefined {
    return [...this.#active.values()].find(({ held }) => held.row.target_store === storeId);
  }

  /** Four times a second: how far each target is, and which have failed. */
  #look(): void {
    const now = this.#job.runtime.now();
    for (const sink of this.#road?.sinks() ?? []) {
      const target = this.#find(sink.storeId);
      if (target === undefined) continue;
      if (sink.failure === null) target.held.meter.sent(sink.position, now);
      else {
        this.#active.delete(target.writer.key);
        this.#leaving.push(this.#leave(target, sink.failure));
      }
    }
  }

  async #leave(target: StreamTarget, error: unknown): Promise<void> {
    await target.writer.close().catch(() => undefined);
    await settle(this.#job.runtime, target.held, error);
  }

  #listen(held: HeldTransfer): void {
    const stop = () => {
      const target = this.#find(held.row.target_store);
      if (target !== undefined) this.#takeOff(target, null);
    };
    if (held.signal.aborted) stop();
    else held.signal.addEventListener('abort', stop, { once: true });
  }

  /** One target goes. The last one takes the road with it: gently when it will go on, at once when not. */
  #takeOff(target: StreamTarget, error: unknown): void {
    const { runtime } = this.#job;
    const road = this.#road;
    const isLast = this.#active.size <= 1 || road === null;
    if (isLast) return this.#stopReading(target.held, error);
    this.#active.delete(target.writer.key);
    // What is canceled may be removed by another process at once: nothing may come there after that.
    const isKept = target.held.interruption !== 'cancel' && target.held.interruption !== 'lease-lost';
    const gone = road.detach(target.held.row.target_store, { isKept }).then(
      async ({ durable, failure }) => {
        if (error === null && failure === null && target.held.interruption !== 'cancel') {
          await recordDurable(runtime, target.held, durable).catch(() => undefined);
        }
        await settle(runtime, target.held, error);
      },
      async () => {
        // All others have failed meanwhile, so it is the last one after all.
        this.#stopReading(target.held, error);
        await road.close();
        await settle(runtime, target.held, error);
      },
    );
    this.#leaving.push(gone);
  }

  #stopReading(held: HeldTransfer, error: unknown): void {
    this.#reading.abort(error ?? held.signal.reason);
    const { interruption } = held;
    if (error !== null || interruption === 'cancel' || interruption === 'lease-lost') this.#hardStop.abort();
    else setTimeout(() => this.#hardStop.abort(), gentleStopMilliseconds).unref();
  }

  #lagged(sink: SinkProgress): void {
    const target = this.#find(sink.storeId);
    if (target === undefined) return;
    this.#active.delete(target.writer.key);
    const { runtime } = this.#job;
    runtime.log.info({ transfer: target.held.id, store: sink.storeId }, 'a slow target goes on by itself');
    target.held.interrupt('detach');
    this.#leaving.push(
      recordDurable(runtime, target.held, sink.durable)
        .catch(() => undefined)
        .then(() => settle(runtime, target.held, sink.failure)),
    );
  }

  async #close(): Promise<void> {
    const road = this.#road;
    if (road !== null) return void (await road.close());
    await Promise.all(this.#targets.map(({ writer }) => writer.close().catch(() => undefined)));
  }

  /** Every byte passed here and its hash is the image's; or the road began behind 0 and a read-back has to tell. */
  #prove(digests: Digests, start: number): { isProved: boolean; found: FoundHashes | null } {
    const { pieces, image } = this.#job;
    if (pieces !== null) {
      const wrong = digests.pieces.findIndex((piece, index) => piece !== null && piece !== pieces[index]);
      if (wrong >= 0) throw new WrongPiece(wrong * pieceSizeBytes);
      return { isProved: start === 0 && !digests.pieces.includes(null), found: null };
    }
    if (digests.sha512 === null || start > 0) return { isProved: false, found: null };
    if (image.sha512 !== null && digests.sha512 !== image.sha512) throw new WrongPiece(0);
    return { isProved: true, found: digests };
  }

  async #commit(proof: { isProved: boolean; found: FoundHashes | null }): Promise<Committed[]> {
    const { runtime, hooks, sizeBytes } = this.#job;
    const committed: Committed[] = [];
    const commitOne = async (target: StreamTarget): Promise<void> => {
      const { held, writer } = target;
      try {
        held.signal.throwIfAborted();
        // Also asks whether it is still ours, before anything is published.
        await changeHeld(runtime, held, () => ({ transfer: { state: 'verifying' } }));
        await hooks.at?.('before-commit', held);
        const stat = await writer.commit({ signal: held.signal });
        if (stat.sizeBytes !== sizeBytes)
          throw new Error(`published ${stat.sizeBytes} of ${sizeBytes} bytes`);
        await hooks.at?.('after-commit', held);
        committed.push({ held, ...proof });
        this.#active.delete(writer.key);
      } catch (error) {
        this.#active.delete(writer.key);
        this.#leaving.push(this.#leave(target, error));
      }
    };
    await Promise.all([...this.#active.values()].map(commitOne));
    return committed;
  }

  async #judge(wrong: WrongPiece): Promise<void> {
    try {
      await judgeSource(this.#job, this.#current, wrong.offset);
    } catch (error) {
      this.#job.runtime.log.warn({ err: error, image: this.#job.image.id }, 'a source could not be checked');
    }
  }
}
