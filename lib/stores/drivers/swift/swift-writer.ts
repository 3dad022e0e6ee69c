import { randomBytes } from 'node:crypto';
import { MiB } from '#lib/contract/limits.ts';
import type { BlockPool } from '#lib/streams/block-pool.ts';
import { PartScheduler } from '#lib/streams/part-scheduler.ts';
import type { CallOptions, DurablePoint, ObjectStat, ObjectWriter } from '../../store.ts';
import { discardUnfinished } from './discard.ts';
import { publishManifest, publishPlain, putInnerManifest } from './publish.ts';
import { SegmentBuffer } from './segment-buffer.ts';
import { begunName, segmentName, type Segment, type SegmentLedger } from './segment-ledger.ts';
import { putSegment } from './segments.ts';
import type { SwiftLimits } from './swift-client.ts';
import type { SwiftPlace } from './swift-place.ts';

export interface SwiftWriterOptions {
  place: SwiftPlace;
  key: string;
  pool: BlockPool;
  limits: SwiftLimits;
  segmentBytesAt(offset: number): number;
  parallel: number;
  ledger: SegmentLedger;
  /** Of this writer. */
  nonce: string;
  /** An earlier writer may have left segments that do not count. */
  isResumed: boolean;
  /** The last segment of the ledger was not full: its bytes, to be gone on with. */
  rest?: { buffer: SegmentBuffer; isStored: boolean };
}

const zeros = Buffer.alloc(1 * MiB);

/** When memory is short, a segment of this size goes as it is. */
const shortSegmentBytes = 4 * MiB;

/** Names what one writer stores, so that a frozen one that wakes up cannot change what another has written since. */
export function newNonce(): string {
  return randomBytes(6).toString('hex');
}

/**
 * Writes an object as segments that end at multiples of their size, several of them on their way at once, and
 * publishes them with a manifest; one that fits into a single segment and was never made durable is stored as it is.
 *
 * What does not fill a segment is stored by `flush` as a short one. It stays in memory as well, and is stored again
 * under the same name when it has grown, so that many small flushes make no more segments than a few big ones; Swift
 * replaces an object at once or not at all, and the longer one begins with the shorter one's bytes.
 */
export class SwiftWriter implements ObjectWriter {
  readonly key: string;
  readonly #options: SwiftWriterOptions;
  readonly #scheduler: PartScheduler;
  readonly #ledger: SegmentLedger;
  #buffer: SegmentBuffer;
  /** Bytes of the buffer that Swift has under the name of its segment. */
  #storedTail = 0;
  #isOver = false;

  constructor(options: SwiftWriterOptions) {
    this.key = options.key;
    this.#options = options;
    this.#scheduler = new PartScheduler(options.parallel);
    this.#ledger = options.ledger;
    const last = this.#ledger.segments.at(-1);
    this.#buffer =
      options.rest?.buffer ?? new SegmentBuffer(last ? last.offset + last.bytes : 0, options.pool);
    if (options.rest?.isStored) this.#storedTail = this.#buffer.filled;
  }

  get position(): number {
    return this.#buffer.offset + this.#buffer.filled;
  }

  async append(chunks: readonly Uint8Array[], { signal }: CallOptions = {}): Promise<void> {
    for (const chunk of chunks) {
      for (let taken = 0; taken < chunk.byteLength;) {
        if (this.#buffer.room === 0) {
          await this.#makeRoom(signal);
          continue;
        }
        const room = Math.min(this.#buffer.room, this.#segmentEnd - this.position);
        const part = chunk.subarray(taken, taken + room);
        this.#buffer.push(part);
        taken += part.byteLength;
        if (this.position === this.#segmentEnd) await this.#send(signal);
      }
    }
  }

  async appendZeros(length: number, { signal }: CallOptions = {}): Promise<void> {
    for (let left = length; left > 0;) {
      signal?.throwIfAborted();
      const part = zeros.subarray(0, Math.min(left, zeros.length));
      await this.append([part], { signal });
      left -= part.byteLength;
    }
  }

  async flush({ signal }: CallOptions = {}): Promise<DurablePoint> {
    await this.#scheduler.settle(signal);
    await this.#storeTail(true, signal);
    // Half a segment and more stays as it is: sending it again would cost more than one more name.
    if (this.#buffer.filled * 2 >= this.#options.segmentBytesAt(this.#buffer.offset)) this.#beginSegment();
    await this.#gather(signal);
    return this.durablePoint();
  }

  /** Of what is stored without gaps; to be asked when nothing is under way. */
  durablePoint(): DurablePoint {
    const last = this.#ledger.segments.at(-1);
    return { durableBytes: last ? last.offset + last.bytes : 0, resumeState: this.#ledger.toState() };
  }

  /** Takes in a segment that is stored already (a copy made by Swift), behind what was flushed. */
  async adopt(segment: Segment): Promise<void> {
    if (segment.offset !== this.position) throw new RangeError('A segment follows on the last one.');
    this.#beginSegment();
    this.#ledger.reserve(segment)(segment.etag);
    this.#buffer = new SegmentBuffer(segment.offset + segment.bytes, this.#options.pool);
    await this.#gather();
  }

  async commit({ signal }: CallOptions = {}): Promise<ObjectStat> {
    const { place, nonce, isResumed, limits } = this.#options;
    await this.#scheduler.settle(signal);
    const sizeBytes = this.position;
    const isPlain = this.#ledger.segments.length === 0;
    if (isPlain) {
      await publishPlain(place, this.key, nonce, this.#buffer, signal);
    } else {
      await this.#storeTail(false, signal);
      await this.#gather(signal);
      await publishManifest({ ...this.#options, isStrict: limits.isStrict, sizeBytes }, signal);
    }
    this.#isOver = true;
    this.#buffer.release();
    if (isPlain && isResumed) await discardUnfinished(place, this.key, [], signal);
    else await place.delete(place.segmentsContainer, begunName(this.key), signal);
    return { key: this.key, sizeBytes };
  }

  async abandon({ signal }: CallOptions = {}): Promise<void> {
    await this.close();
    if (this.#isOver) return;
    const names = this.#ledger.segments.map((segment) => segmentName(this.key, segment));
    await discardUnfinished(this.#options.place, this.key, names, signal);
    this.#isOver = true;
  }

  async close(): Promise<void> {
    await this.#scheduler.stop();
    this.#buffer.release();
  }

  /** The next multiple of the segment's size behind the start of the current segment. */
  get #segmentEnd(): number {
    const { offset } = this.#buffer;
    const segmentBytes = this.#options.segmentBytesAt(offset);
    return (Math.floor(offset / segmentBytes) + 1) * segmentBytes;
  }

  /** One more block for the buffer, or the memory of the buffer given back: then another segment has begun. */
  async #makeRoom(signal: AbortSignal | undefined): Promise<void> {
    const { pool } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      const block = pool.tryTake();
      if (block !== null) return this.#buffer.addBlock(block);
      if (this.#scheduler.running > 0) {
        await this.#scheduler.oneDone(signal);
        continue;
      }
      // Of very many uploads at once each would hold most of a segment and wait.
      if (this.#buffer.filled < shortSegmentBytes) return this.#buffer.addBlock(pool.takeBeyondLimit());
      await this.#storeTail(true, signal);
      return this.#beginSegment();
    }
  }

  /** The full buffer goes its way; the next segment begins. */
  async #send(signal: AbortSignal | undefined): Promise<void> {
    const buffer = this.#buffer;
    const { place } = this.#options;
    try {
      await this.#scheduler.start(async (partSignal) => {
        const segment = this.#segmentOf(buffer);
        const stored = this.#ledger.reserve(segment);
        try {
          await putSegment(place, this.key, segment, buffer.parts, true, partSignal);
          stored(segment.etag);
        } finally {
          buffer.release();
        }
      }, signal);
    } catch (error) {
      buffer.release();
      throw error;
    }
    this.#buffer = new SegmentBuffer(buffer.offset + buffer.filled, this.#options.pool);
    this.#storedTail = 0;
  }

  async #storeTail(expires: boolean, signal: AbortSignal | undefined): Promise<void> {
    const buffer = this.#buffer;
    if (buffer.filled <= this.#storedTail) return;
    const segment = this.#segmentOf(buffer);
    const stored = this.#ledger.reserve(segment);
    await putSegment(this.#options.place, this.key, segment, buffer.parts, expires, signal);
    stored(segment.etag);
    this.#storedTail = buffer.filled;
  }

  #beginSegment(): void {
    const { offset, filled } = this.#buffer;
    this.#buffer.release();
    this.#buffer = new SegmentBuffer(offset + filled, this.#options.pool);
    this.#storedTail = 0;
  }

  /**
   * Keeps the list short enough for one manifest, and for the database: as many segments as a manifest holds become one
   * manifest, named in their place.
   */
  async #gather(signal?: AbortSignal): Promise<void> {
    const { limits, place, nonce } = this.#options;
    if (!limits.isStrict) return;
    for (;;) {
      const { plain, segments } = this.#ledger;
      // Never the last: it may still grow.
      const count = Math.min(limits.manifestSegments, plain.length - 1);
      if (segments.length <= limits.manifestSegments || count < 2) return;
      const gathered = plain.slice(0, count);
      const bytes = gathered.reduce((sum, segment) => sum + segment.bytes, 0);
      const manifest = { offset: gathered[0]?.offset ?? 0, bytes, etag: '', nonce, isManifest: true };
      const etag = await putInnerManifest(place, this.key, manifest, gathered, signal);
      this.#ledger.gather(gathered.length, { ...manifest, etag });
    }
  }

  #segmentOf(buffer: SegmentBuffer): Segment {
    const { nonce } = this.#options;
    return { offset: buffer.offset, bytes: buffer.filled, etag: buffer.etag, nonce, isManifest: false };
  }
}
