import { GiB, MiB } from '#lib/contract/limits.ts';
import { storeMemory } from '#lib/streams/store-memory.ts';
import { isStoreFault } from '../../store.ts';
import type {
  BeginOptions,
  ByteRange,
  CallOptions,
  Capacity,
  CapacityStore,
  CloneRequest,
  CloningStore,
  ListedObject,
  ListingStore,
  ObjectStat,
  ReadOptions,
  ResumeOptions,
  ResumeState,
  Store,
  StoreCapability,
  StoreMarker,
} from '../../store.ts';
import { innermostStore } from '../../wrapped-store.ts';
import { measureCapacity } from './capacity.ts';
import { cloneObject } from './clone.ts';
import { discardUnfinished, removeCommitted } from './discard.ts';
import { listObjects } from './list.ts';
import { readMarkerObject, writeMarkerObject } from './marker.ts';
import { segmentsContainerOf, type SwiftOptions } from './options.ts';
import { sizeOf } from './own-manifest.ts';
import { putNew } from './put-new.ts';
import { readObject } from './read.ts';
import { resumeObject } from './resume.ts';
import { begunName, SegmentLedger, segmentName, segmentsOfState } from './segment-ledger.ts';
import { expiring } from './segments.ts';
import { SwiftClient, type SwiftTuning } from './swift-client.ts';
import { SwiftPlace } from './swift-place.ts';
import { newNonce, SwiftWriter } from './swift-writer.ts';

const segmentBytesUsually = 16 * MiB;
const segmentBytesOfGiants = 64 * MiB;

/** Objects of OpenStack Swift, or of radosgw's Swift API: images in one container, their segments in another. */
export class SwiftStore implements CloningStore, ListingStore, CapacityStore {
  readonly id: string;
  readonly driver = 'swift';
  readonly capabilities: ReadonlySet<StoreCapability> = new Set<StoreCapability>([
    'write',
    'append',
    'clone',
    'list',
    'capacity',
  ]);
  readonly #options: SwiftOptions;
  readonly #client: SwiftClient;
  readonly #place: SwiftPlace;
  readonly #memory = storeMemory();

  constructor(id: string, options: SwiftOptions, tuning?: SwiftTuning) {
    this.id = id;
    this.#options = options;
    this.#client = new SwiftClient(id, options, tuning);
    this.#place = new SwiftPlace(id, this.#client, options.container, segmentsContainerOf(options));
  }

  readMarker({ signal }: CallOptions = {}): Promise<StoreMarker | null> {
    return readMarkerObject(this.#place, signal);
  }

  writeMarker(marker: StoreMarker, { signal }: CallOptions = {}): Promise<void> {
    return writeMarkerObject(this.#place, marker, this.#options.create_container, signal);
  }

  async stat(key: string, { signal }: CallOptions = {}): Promise<ObjectStat> {
    const headers = await this.#place.find(key, signal);
    if (headers === null) throw this.#place.fault('not-found', 'there is no such object.');
    return { key, sizeBytes: sizeOf(headers) };
  }

  read(key: string, range: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    const { parallel_segments: parallel } = this.#options;
    const plan = {
      place: this.#place,
      key,
      parallel,
      stepBytes: segmentBytesUsually,
      ahead: this.#memory.ahead,
    };
    return readObject(plan, range, options);
  }

  begin(key: string, options: BeginOptions): Promise<SwiftWriter> {
    return this.#begin(key, options);
  }

  resume(key: string, options: ResumeOptions): Promise<SwiftWriter> {
    return this.#resume(key, options);
  }

  discard(key: string, resumeState: ResumeState | null, { signal }: CallOptions = {}): Promise<void> {
    const names = segmentsOfState(resumeState).map((segment) => segmentName(key, segment));
    return discardUnfinished(this.#place, key, names, signal);
  }

  async remove(key: string, { signal }: CallOptions = {}): Promise<void> {
    if (await removeCommitted(this.#place, key, signal)) return;
    throw this.#place.fault('not-found', 'there is no such object.');
  }

  async canCloneFrom(source: Store): Promise<boolean> {
    const other = innermostStore(source);
    if (!(other instanceof SwiftStore)) return false;
    // Within one account: these credentials read what those have written.
    return (await this.#client.storageUrl()) === (await other.#client.storageUrl());
  }

  clone(source: Store, request: CloneRequest): Promise<ObjectStat> {
    const other = innermostStore(source);
    if (!(other instanceof SwiftStore)) {
      throw this.#place.fault('unsupported', 'only another Swift store can be copied from directly.');
    }
    const { key, sizeBytes, from, signal } = request;
    return cloneObject({
      source: other.#place,
      target: this.#place,
      parallel: this.#options.parallel_segments,
      request,
      openWriter: () =>
        from === null
          ? this.#begin(key, { sizeBytes, ...(signal && { signal }) })
          : this.#resume(key, { sizeBytes, ...from, ...(signal && { signal }) }),
      read: (range) => other.read(request.sourceKey, range, signal ? { signal } : {}),
    });
  }

  list({ signal }: CallOptions = {}): AsyncIterable<ListedObject> {
    return listObjects(this.#place, signal);
  }

  capacity({ signal }: CallOptions = {}): Promise<Capacity | null> {
    return measureCapacity(this.#place, signal);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #begin(key: string, { signal }: BeginOptions): Promise<SwiftWriter> {
    const nonce = newNonce();
    const limits = await this.#client.limits();
    await this.#markBegun(key, nonce, signal);
    // Only now: whoever else would publish this name needs the mark that we have just made.
    if ((await this.#place.find(key, signal)) !== null) {
      await this.#place.delete(this.#place.segmentsContainer, begunName(key), signal);
      throw this.#place.fault('exists', 'something is already stored under this name.');
    }
    return this.#writer(key, { nonce, limits, ledger: new SegmentLedger(), isResumed: false });
  }

  async #resume(key: string, options: ResumeOptions): Promise<SwiftWriter> {
    const limits = await this.#client.limits();
    const segmentBytesAt = (offset: number) => this.#segmentBytesAt(offset);
    const { segments, rest } = await resumeObject(
      this.#place,
      key,
      options,
      segmentBytesAt,
      this.#memory.blocks,
    );
    return this.#writer(key, {
      nonce: newNonce(),
      limits,
      ledger: new SegmentLedger(segments),
      isResumed: true,
      ...(rest && { rest }),
    });
  }

  #writer(
    key: string,
    parts: Omit<
      ConstructorParameters<typeof SwiftWriter>[0],
      'place' | 'key' | 'pool' | 'parallel' | 'segmentBytesAt'
    >,
  ): SwiftWriter {
    return new SwiftWriter({
      ...parts,
      place: this.#place,
      key,
      pool: this.#memory.blocks,
      parallel: this.#options.parallel_segments,
      segmentBytesAt: (offset) => this.#segmentBytesAt(offset),
    });
  }

  async #markBegun(key: string, nonce: string, signal: AbortSignal | undefined): Promise<void> {
    const { segmentsContainer } = this.#place;
    try {
      const request = { headers: expiring, body: Buffer.alloc(0), nonce };
      await putNew(this.#place, segmentsContainer, begunName(key), request, signal);
    } catch (error) {
      if (!isStoreFault(error, 'not-found')) throw error;
      const text = `the container "${segmentsContainer}" does not exist.`;
      throw this.#place.fault('unavailable', text, 'Create the container again.', error);
    }
  }

  /** Small ones need little memory, and nobody wants a million of them: they grow behind the first 16 GiB. */
  #segmentBytesAt(offset: number): number {
    const chosen = this.#options.segment_size_mib;
    if (chosen !== undefined) return chosen * MiB;
    return offset < 16 * GiB ? segmentBytesUsually : segmentBytesOfGiants;
  }
}
