import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { BlockPool } from '#lib/streams/block-pool.ts';
import { PartScheduler } from '#lib/streams/part-scheduler.ts';
import {
  isStoreFault,
  StoreFault,
  type CallOptions,
  type DurablePoint,
  type ObjectStat,
  type ObjectWriter,
} from '../../store.ts';
import type { CopySource } from './copy-source.ts';
import { Pace } from './pace.ts';
import { Part } from './part.ts';
import { leastPartBytes, partsAtMost, type PartPlan } from './part-plan.ts';
import { encodeState, EtagDigest, makePoint, type Point, type SentPart } from './resume-state.ts';
import { removeLeftovers } from './s3-leftovers.ts';
import type { StrayParts } from './stray-parts.ts';
import { readTail, writeTail, type TailPiece } from './tail.ts';
import type { Upload } from './upload.ts';

/** An object of at most this size needs no parts. */
const putAtMostBytes = 16 * 1024 * 1024;
const zeros = new Uint8Array(1024 * 1024);

export interface WriterStart {
  key: string;
  upload: Upload;
  plan: PartPlan;
  partBytes: number;
  parallel: number;
  pool: BlockPool;
  /** Where it goes on. */
  parts: SentPart[];
  /** Numbers behind these that have to be used. */
  strays: StrayParts;
  points: Point[];
  /** Objects beside the upload that are there, needed or not. */
  tailNames: string[];
}

/**
 * One object in parts, several on their way at once. What does not fill a part when somebody flushes is kept in small
 * objects beside the upload, so that any process goes on from there; they go when the object stands or is given up.
 */
export class S3Writer implements ObjectWriter {
  readonly key: string;
  readonly #start: WriterStart;
  readonly #upload: Upload;
  readonly #scheduler: PartScheduler;
  readonly #pace: Pace;
  /** In order; one that is on its way has no ETag yet. */
  readonly #parts: SentPart[];
  readonly #digest = new EtagDigest();
  #points: Point[];
  #tail: TailPiece[];
  #current: Part;
  #tailNames: Set<string>;
  #isAbandoned = false;

  constructor(start: WriterStart) {
    this.key = start.key;
    this.#start = start;
    this.#upload = start.upload;
    this.#scheduler = new PartScheduler(start.parallel);
    this.#pace = new Pace(start.parallel);
    this.#parts = start.parts;
    this.#points = start.points;
    this.#tail = start.points[0]?.tail ?? [];
    this.#tailNames = new Set(start.tailNames);
    this.#current = this.#newPart(this.#sentBytes);
  }

  get position(): number {
    return this.#current.offset + this.#current.bytes;
  }

  get #sentBytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** After a resume: the bytes of the tail come into memory again. */
  async refill(signal: AbortSignal | undefined): Promise<void> {
    const tail = this.#tail;
    const options = signal === undefined ? {} : { signal };
    for await (const piece of readTail(this.#upload.bucket, tail, options)) await this.#add(piece, options);
  }

  async append(chunks: readonly Uint8Array[], options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    for (const chunk of chunks) await this.#add(chunk, options);
  }

  async appendZeros(length: number, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    for (let left = length; left > 0; left -= zeros.byteLength) {
      await this.#add(left < zeros.byteLength ? zeros.subarray(0, left) : zeros, options);
    }
  }

  async flush(options: CallOptions = {}): Promise<DurablePoint> {
    options.signal?.throwIfAborted();
    if (this.#mayEndPart()) await this.#send(options);
    await this.#scheduler.settle(options.signal);
    this.#tail = await writeTail(this.#upload.bucket, this.#current, this.#tail, this.#newName, options);
    const point = makePoint(this.#parts, this.#digest.of(this.#parts), this.#tail);
    // The one before it stays good: the database may learn of this one or not. The same one again pushes none out.
    if (!isDeepStrictEqual(point, this.#points[0])) this.#points = [point, ...this.#points.slice(0, 1)];
    await this.#forgetTails(options);
    return { durableBytes: point.bytes, resumeState: this.#state() };
  }

  async commit(options: CallOptions = {}): Promise<ObjectStat> {
    const { signal } = options;
    signal?.throwIfAborted();
    const { bucket, name } = this.#upload;
    const sizeBytes = this.position;
    if ((await bucket.head(name, { signal })) !== null)
      throw this.#fault('exists', 'something is already stored under this name');
    if (this.#parts.length === 0 && this.#current.bytes <= putAtMostBytes) {
      const bytes = Buffer.concat([...this.#current.slices(0)]);
      await bucket.putNew(name, bytes, this.#upload.writer, { signal });
    } else {
      if (this.#current.bytes > 0) await this.#send(options);
      await this.#scheduler.settle(signal);
      signal?.throwIfAborted();
      await this.#complete(sizeBytes, signal);
    }
    await this.close();
    // Also what nobody knows of: an upload that a network began twice, the tail of a process that died.
    await removeLeftovers(bucket, this.key, { signal });
    return { key: this.key, sizeBytes };
  }

  /** At first everything under the key; again only of this writer: what came there since is somebody else's. */
  async abandon({ signal }: CallOptions = {}): Promise<void> {
    await this.close();
    await this.#upload.abort({ signal });
    if (this.#isAbandoned) return;
    await removeLeftovers(this.#upload.bucket, this.key, { signal });
    this.#isAbandoned = true;
  }

  async close(): Promise<void> {
    await this.#scheduler.stop();
    this.#current.free();
  }

  /**
   * What the endpoint copies by itself: from the position on, `mostBytes` of the source or fewer. Returns how many. What
   * was in memory is dropped.
   */
  async copy(source: CopySource, mostBytes: number, options: CallOptions): Promise<number> {
    this.#current.free();
    const offset = this.#sentBytes;
    const length = Math.min(mostBytes, this.#start.strays.endOf(this.#parts.length + 1));
    const { number, part } = this.#nextPart(length);
    this.#current = this.#newPart(offset + length);
    this.#tail = [];
    await this.#scheduler.start(async (signal) => {
      part.etag = await this.#upload.copyPart(number, source, { offset, length }, { signal });
    }, options.signal);
    return length;
  }

  /** Everything before is on its way: back to the last whole part, for `copy`. Returns where that is. */
  dropTail(): number {
    this.#current.free();
    this.#current = this.#newPart(this.#sentBytes);
    return this.#current.offset;
  }

  /** Of parts that are done, without waiting for others. */
  durablePart(): DurablePoint & { sentBytes: number } {
    const missing = this.#parts.findIndex(({ etag }) => etag === '');
    const done = missing < 0 ? this.#parts : this.#parts.slice(0, missing);
    const point = makePoint(done, this.#digest.of(done), []);
    this.#points = [point, ...this.#points.slice(0, 1)];
    const sentBytes = this.#parts.reduce((sum, { bytes, etag }) => sum + (etag === '' ? 0 : bytes), 0);
    return { durableBytes: point.bytes, resumeState: this.#state(), sentBytes };
  }

  async #add(chunk: Uint8Array, options: CallOptions): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength;) {
      if (this.#current.room === 0) {
        await this.#grow(options);
        continue;
      }
      const full = this.#start.plan.bytesOf(this.#parts.length);
      const early = this.#start.strays.endOf(this.#parts.length + 1);
      const end = this.#current.bytes < early ? Math.min(full, early) : full;
      const most = offset + end - this.#current.bytes;
      offset += this.#current.fill(chunk.subarray(offset, Math.min(chunk.byteLength, most)));
      const { bytes } = this.#current;
      const shouldEnd = this.#pace.isSlow || bytes >= early;
      if (bytes >= full || (shouldEnd && this.#mayEndPart())) await this.#send(options);
    }
  }

  /** One more block for the part, or the part goes and makes room. */
  async #grow(options: CallOptions): Promise<void> {
    const { pool } = this.#start;
    for (;;) {
      const block = pool.tryTake();
      if (block !== null) return this.#current.addBlock(block);
      if (this.#mayEndPart()) return await this.#send(options);
      if (this.#scheduler.running === 0) return this.#current.addBlock(pool.takeBeyondLimit());
      await this.#scheduler.oneDone(options.signal);
    }
  }

  async #complete(sizeBytes: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#upload.complete(this.#parts, sizeBytes, { signal });
    } catch (error) {
      // Strays that the bytes did not reach: this endpoint will never make an object of it, so it is to be begun again.
      const isHopeless = isStoreFault(error, 'short-read') && this.#parts.length < this.#start.strays.last;
      if (isHopeless) await this.#upload.abort({ signal });
      throw error;
    }
  }

  #mayEndPart(): boolean {
    const isLargeEnough = this.#current.bytes >= leastPartBytes;
    return isLargeEnough && this.#start.plan.mayEndAt(this.#parts.length, this.position);
  }

  async #send({ signal }: CallOptions): Promise<void> {
    const sending = this.#current;
    const { number, part } = this.#nextPart(sending.bytes);
    this.#current = this.#newPart(sending.offset + sending.bytes);
    this.#tail = [];
    const run = async (stop: AbortSignal) => {
      const startedAt = performance.now();
      try {
        part.etag = await this.#upload.sendPart(number, sending, { signal: stop });
        this.#pace.noteSent(performance.now() - startedAt);
      } finally {
        sending.free();
      }
    };
    try {
      while (this.#scheduler.running >= this.#pace.parallel) await this.#scheduler.oneDone(signal);
      await this.#scheduler.start(run, signal);
    } catch (error) {
      // Nothing follows on a rejected call, so a part that never began is missed by nobody.
      sending.free();
      throw error;
    }
  }

  #newPart(offset: number): Part {
    return new Part(offset, this.#start.pool, !this.#upload.bucket.connection.isEncrypted);
  }

  #nextPart(bytes: number): { number: number; part: SentPart } {
    if (this.#parts.length >= partsAtMost) {
      throw this.#fault('full', `an object has at most ${partsAtMost} parts, and this one would have more`);
    }
    const part = { bytes, etag: '' };
    const number = this.#parts.push(part);
    return { number, part };
  }

  #newName = (): string => {
    const name = `${this.#upload.bucket.leftoversPrefix(this.key)}${randomBytes(6).toString('hex')}`;
    this.#tailNames.add(name);
    return name;
  };

  #state(): string {
    const { id, writer } = this.#upload;
    return encodeState({ version: 1, upload: id, writer, part: this.#start.partBytes, points: this.#points });
  }

  /** Those that neither of the last two points names. */
  async #forgetTails(options: CallOptions): Promise<void> {
    const needed = new Set(this.#points.flatMap(({ tail }) => tail.map(({ name }) => name)));
    await this.#removeTails(
      [...this.#tailNames].filter((name) => !needed.has(name)),
      options,
    );
  }

  async #removeTails(names: readonly string[], { signal }: CallOptions): Promise<void> {
    const remove = async (name: string) => {
      await this.#upload.bucket.remove(name, { signal });
      this.#tailNames.delete(name);
    };
    await Promise.all(names.map(remove));
  }

  #fault(kind: 'exists' | 'full', message: string): StoreFault {
    const { storeId } = this.#upload.bucket.connection;
    return new StoreFault(kind, storeId, `Store "${storeId}": ${message}.`);
  }
}
