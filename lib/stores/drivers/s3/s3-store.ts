import { MiB } from '#lib/contract/limits.ts';
import type { RetryOptions } from '#lib/streams/retry.ts';
import { storeMemory } from '#lib/streams/store-memory.ts';
import {
  StoreFault,
  type BeginOptions,
  type ByteRange,
  type CallOptions,
  type Capacity,
  type CapacityStore,
  type CloneRequest,
  type CloningStore,
  type ListedObject,
  type ListingStore,
  type ObjectStat,
  type ObjectWriter,
  type ReadOptions,
  type ResumeOptions,
  type ResumeState,
  type Store,
  type StoreCapability,
  type StoreFaultKind,
  type StoreMarker,
} from '../../store.ts';
import { innermostStore } from '../../wrapped-store.ts';
import type { S3Options } from './options.ts';
import { S3Bucket } from './s3-bucket.ts';
import { readCapacity } from './s3-capacity.ts';
import { copyAndCommit, copyAtOnce, copyAtOnceBytes } from './s3-clone.ts';
import { S3Connection, slowIdleTimeoutMilliseconds } from './s3-connection.ts';
import { findUpload, listObjects, removeLeftovers } from './s3-leftovers.ts';
import { readMarkerObject, writeMarkerObject } from './s3-marker.ts';
import { readRange } from './s3-reader.ts';
import { findStart, startNew } from './s3-resume.ts';
import { S3Writer } from './s3-writer.ts';

/** Objects in a bucket, written in parts. `S3Bucket` has the names. */
export class S3Store implements CloningStore, ListingStore, CapacityStore {
  readonly id: string;
  readonly driver = 's3';
  readonly capabilities: ReadonlySet<StoreCapability> = new Set<StoreCapability>([
    'write',
    'append',
    'clone',
    'list',
    'capacity',
  ]);
  /** A request that copies a whole object is not broken off, and given up when it was silent for so long. */
  readonly lateCopyMilliseconds = slowIdleTimeoutMilliseconds;
  readonly #options: S3Options;
  readonly #connection: S3Connection;
  readonly #bucket: S3Bucket;
  readonly #memory = storeMemory();

  constructor(id: string, options: S3Options, retry?: Partial<RetryOptions>) {
    this.id = id;
    this.#options = options;
    this.#connection = new S3Connection(id, options, retry);
    this.#bucket = new S3Bucket(this.#connection);
  }

  readMarker(options: CallOptions = {}): Promise<StoreMarker | null> {
    return readMarkerObject(this.#bucket, options);
  }

  writeMarker(marker: StoreMarker, options: CallOptions = {}): Promise<void> {
    return writeMarkerObject(this.#bucket, marker, options);
  }

  async stat(key: string, options: CallOptions = {}): Promise<ObjectStat> {
    const found = await this.#bucket.head(this.#bucket.objectName(key), options);
    if (found === null) throw this.#fault('not-found', 'there is no such object');
    return { key, sizeBytes: found.sizeBytes };
  }

  read(key: string, range: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    return readRange(this.#bucket, this.#bucket.objectName(key), range, {
      ...options,
      parallel: this.#options.parallel_parts,
      ahead: this.#memory.ahead,
    });
  }

  async begin(key: string, options: BeginOptions): Promise<ObjectWriter> {
    return await this.#begin(key, options);
  }

  async resume(key: string, options: ResumeOptions): Promise<ObjectWriter> {
    return await this.#resume(key, options);
  }

  discard(key: string, _resumeState: ResumeState | null, options: CallOptions = {}): Promise<void> {
    return removeLeftovers(this.#bucket, key, options);
  }

  async remove(key: string, options: CallOptions = {}): Promise<void> {
    const name = this.#bucket.objectName(key);
    // Removing what is not there succeeds with S3.
    await this.stat(key, options);
    await this.#bucket.remove(name, options);
  }

  /** Only of the same endpoint, and only if our credentials may read there. */
  async canCloneFrom(source: Store): Promise<boolean> {
    const other = innermostStore(source);
    if (!(other instanceof S3Store)) return false;
    const [here, there] = [this.#options, other.#options];
    if (here.endpoint !== there.endpoint || here.region !== there.region) return false;
    if (here.access_key === there.access_key) return true;
    const seen = new S3Bucket(this.#connection, there);
    return await seen.head(seen.markerName).then(
      (marker) => marker !== null,
      () => false,
    );
  }

  async clone(source: Store, request: CloneRequest): Promise<ObjectStat> {
    const other = innermostStore(source);
    if (!(other instanceof S3Store)) {
      throw this.#fault('unsupported', 'only another store on the same endpoint can be copied from directly');
    }
    const { key, from, sizeBytes, signal } = request;
    signal?.throwIfAborted();
    const seen = new S3Bucket(this.#connection, other.#options);
    const name = seen.objectName(request.sourceKey);
    const found = await seen.head(name, { signal });
    if (found === null) throw other.#fault('not-found', 'there is no such object');
    if (found.sizeBytes !== sizeBytes) {
      throw other.#fault('short-read', 'the source has another size than it should have');
    }
    const options = { sizeBytes, ...(signal && { signal }) };
    if (from === null && sizeBytes <= copyAtOnceBytes) {
      await this.#assertFree(key, signal);
      const target = { bucket: this.#bucket, name: this.#bucket.objectName(key), storeId: this.id };
      const source = { bucket: seen, name, etag: found.etag };
      if (await copyAtOnce(source, target, other.id, request)) return { key, sizeBytes };
    }
    const writer = await (from === null
      ? this.#begin(key, options)
      : this.#resume(key, { ...options, ...from }));
    try {
      return await copyAndCommit({ bucket: seen, name, etag: found.etag }, writer, other.id, request);
    } finally {
      await writer.close();
    }
  }

  list(options: CallOptions = {}): AsyncIterable<ListedObject> {
    return listObjects(this.#bucket, options);
  }

  capacity(options: CallOptions = {}): Promise<Capacity | null> {
    return readCapacity(this.#bucket, options);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #begin(key: string, options: BeginOptions): Promise<S3Writer> {
    await this.#assertFree(key, options.signal);
    return this.#open(key, await startNew(this.#bucket, key, options, this.#partBytes));
  }

  /** Throws `exists` when something lies under the key, committed or not. */
  async #assertFree(key: string, signal: AbortSignal | undefined): Promise<void> {
    const [committed, unfinished] = await Promise.all([
      this.#bucket.head(this.#bucket.objectName(key), { signal }),
      findUpload(this.#bucket, key, { signal }),
    ]);
    if (committed !== null || unfinished !== null) {
      throw this.#fault('exists', 'something is already stored under this name');
    }
  }

  async #resume(key: string, options: ResumeOptions): Promise<S3Writer> {
    const start = await findStart(this.#bucket, key, options, this.#partBytes);
    const writer = this.#open(key, start);
    try {
      await writer.refill(options.signal);
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  #open(key: string, start: Awaited<ReturnType<typeof startNew>>): S3Writer {
    return new S3Writer({ ...start, key, parallel: this.#options.parallel_parts, pool: this.#memory.blocks });
  }

  get #partBytes(): number {
    return this.#options.part_size_mib * MiB;
  }

  #fault(kind: StoreFaultKind, message: string): StoreFault {
    return new StoreFault(kind, this.id, `Store "${this.id}": ${message}.`);
  }
}
