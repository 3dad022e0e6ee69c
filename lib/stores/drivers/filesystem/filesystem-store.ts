import { innermostStore } from '../../wrapped-store.ts';
import type {
  BeginOptions,
  ByteRange,
  CallOptions,
  Capacity,
  CapacityStore,
  CloneRequest,
  CloningStore,
  Extent,
  ListedObject,
  ListingStore,
  ObjectStat,
  ObjectWriter,
  ReadOptions,
  ResumeOptions,
  ResumeState,
  SparseStore,
  Store,
  StoreCapability,
  StoreMarker,
} from '../../store.ts';
import { copyFile, SourceEnded } from './copy-file.ts';
import { fileExtents } from './file-extents.ts';
import {
  codeOf,
  findFacts,
  isSameFile,
  nodeFileLayer,
  openFlags,
  unlinkIfThere,
  type FileFacts,
  type FileLayer,
  type OpenFile,
} from './file-layer.ts';
import { FileWriter } from './file-writer.ts';
import { readMarkerFile, writeMarkerFile } from './marker.ts';
import type { FilesystemOptions } from './options.ts';
import { forgetSecondName } from './publish.ts';
import { readAhead } from './read-ahead.ts';
import { StoreDirectory } from './store-directory.ts';

/** Objects as files in one directory. See `StoreDirectory` for the names. */
export class FilesystemStore implements CloningStore, SparseStore, ListingStore, CapacityStore {
  readonly id: string;
  readonly driver = 'filesystem';
  readonly capabilities: ReadonlySet<StoreCapability> = new Set<StoreCapability>([
    'write',
    'append',
    'clone',
    'sparse',
    'list',
    'capacity',
  ]);
  readonly #directory: StoreDirectory;
  readonly #files: FileLayer;
  readonly #isShared: boolean;

  constructor(id: string, options: FilesystemOptions, files: FileLayer = nodeFileLayer()) {
    this.id = id;
    this.#files = files;
    this.#isShared = options.shared;
    this.#directory = new StoreDirectory(id, options.path, files);
  }

  readMarker(_options?: CallOptions): Promise<StoreMarker | null> {
    return readMarkerFile(this.#directory);
  }

  writeMarker(marker: StoreMarker, _options?: CallOptions): Promise<void> {
    return writeMarkerFile(this.#directory, marker);
  }

  async stat(key: string, _options?: CallOptions): Promise<ObjectStat> {
    return { key, sizeBytes: Number((await this.#committed(key)).size) };
  }

  async *read(
    key: string,
    range: ByteRange,
    { signal, allocate }: ReadOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { file, size } = await this.#openCommitted(key);
    if (range.offset + range.length > size) {
      await file.close();
      throw this.#directory.fault('short-read', 'The object is shorter than what was asked for.');
    }
    yield* readAhead(file, range, { signal, allocate });
  }

  async *extents(key: string, { signal }: CallOptions = {}): AsyncGenerator<Extent, void, undefined> {
    const { file, size } = await this.#openCommitted(key);
    try {
      for await (const extent of fileExtents(file, await this.#files.native(), 0, size)) {
        signal?.throwIfAborted();
        yield extent;
      }
    } finally {
      await file.close();
    }
  }

  begin(key: string, _options: BeginOptions): Promise<ObjectWriter> {
    return this.#begin(key);
  }

  resume(key: string, options: ResumeOptions): Promise<ObjectWriter> {
    return this.#resume(key, options.durableBytes);
  }

  async discard(key: string, _resumeState: ResumeState | null, _options?: CallOptions): Promise<void> {
    await unlinkIfThere(this.#files, this.#directory.unfinishedPath(key));
    // Also when nothing was there: an earlier call may have been cut off before its removal was durable.
    await this.#directory.sync();
  }

  async remove(key: string, _options?: CallOptions): Promise<void> {
    await this.#committed(key);
    await forgetSecondName(this.#directory, key);
    if (!(await unlinkIfThere(this.#files, this.#directory.objectPath(key)))) throw this.#notFound();
    await this.#directory.sync();
  }

  async canCloneFrom(source: Store): Promise<boolean> {
    const other = innermostStore(source);
    if (!(other instanceof FilesystemStore)) return false;
    const [here, there] = [
      await findFacts(this.#files, `${this.#directory.path}/.`),
      await findFacts(this.#files, `${other.#directory.path}/.`),
    ];
    return here !== null && there !== null && here.dev === there.dev;
  }

  async clone(source: Store, request: CloneRequest): Promise<ObjectStat> {
    const other = innermostStore(source);
    if (!(other instanceof FilesystemStore)) {
      throw this.#directory.fault('unsupported', 'Only another directory store can be copied from directly.');
    }
    request.signal?.throwIfAborted();
    const { file, size } = await other.#openCommitted(request.sourceKey);
    try {
      if (size !== request.sizeBytes) throw this.#sourceDiffers();
      const writer = await (request.from === null
        ? this.#begin(request.key)
        : this.#resume(request.key, request.from.durableBytes));
      try {
        await copyFile(file, writer, await this.#files.native(), request);
        return await writer.commit({ signal: request.signal });
      } finally {
        await writer.close();
      }
    } catch (error) {
      throw error instanceof SourceEnded ? this.#sourceDiffers() : error;
    } finally {
      await file.close();
    }
  }

  async *list({ signal }: CallOptions = {}): AsyncGenerator<ListedObject, void, undefined> {
    for await (const name of this.#files.names(this.#directory.path)) {
      signal?.throwIfAborted();
      if (this.#directory.isMarker(name)) continue;
      const facts = await findFacts(this.#files, `${this.#directory.path}/${name}`);
      if (facts === null || facts.isDirectory()) continue;
      const unfinishedKey = this.#directory.keyOfUnfinished(name);
      if (unfinishedKey !== null && (await this.#isSecondName(unfinishedKey, facts))) continue;
      yield {
        key: unfinishedKey ?? name,
        sizeBytes: Number(facts.size),
        modifiedAt: facts.mtime,
        unfinished: unfinishedKey !== null,
      };
    }
  }

  async capacity(_options?: CallOptions): Promise<Capacity> {
    const { blockSize, blocks, freeBlocks } = await this.#files.space(this.#directory.path);
    return { totalBytes: blocks * blockSize, freeBytes: freeBlocks * blockSize };
  }

  async close(): Promise<void> {
    // Every call closes what it opened; nothing is kept between them.
  }

  async #begin(key: string): Promise<FileWriter> {
    const unfinishedPath = this.#directory.unfinishedPath(key);
    let file: OpenFile;
    try {
      file = await this.#files.open(unfinishedPath, openFlags.create, 0o640);
    } catch (error) {
      throw codeOf(error) === 'EEXIST' ? this.#taken(error) : error;
    }
    try {
      // Only now: whoever else would publish this name needs the file that we have just created.
      if ((await findFacts(this.#files, this.#directory.objectPath(key))) !== null) throw this.#taken();
      return new FileWriter(
        this.#directory,
        key,
        file,
        { position: 0, facts: await file.stat(), isShared: this.#isShared },
        await this.#files.native(),
      );
    } catch (error) {
      await file.close();
      await unlinkIfThere(this.#files, unfinishedPath);
      throw error;
    }
  }

  async #resume(key: string, durableBytes: number): Promise<FileWriter> {
    // To write to a second name of a committed object would be to write to the object.
    if (await forgetSecondName(this.#directory, key)) await this.#directory.sync();
    if ((await findFacts(this.#files, this.#directory.objectPath(key))) !== null) throw this.#taken();
    const file = await this.#open(this.#directory.unfinishedPath(key), openFlags.goOn);
    try {
      const facts = await file.stat();
      if (facts.size < durableBytes) {
        throw this.#directory.fault('short-read', 'The unfinished object is shorter than it should be.');
      }
      const place = { position: durableBytes, facts, isShared: this.#isShared };
      return new FileWriter(this.#directory, key, file, place, await this.#files.native());
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #committed(key: string): Promise<FileFacts> {
    const facts = await findFacts(this.#files, this.#directory.objectPath(key));
    if (facts === null || !facts.isFile()) throw this.#notFound();
    return facts;
  }

  async #openCommitted(key: string): Promise<{ file: OpenFile; size: number }> {
    const file = await this.#open(this.#directory.objectPath(key), openFlags.read);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw this.#notFound();
      return { file, size: Number(facts.size) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #open(path: string, flags: number): Promise<OpenFile> {
    try {
      return await this.#files.open(path, flags);
    } catch (error) {
      // ELOOP and ENXIO: a symlink, a FIFO. Neither is an object.
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(codeOf(error) ?? '')) throw this.#notFound(error);
      throw error;
    }
  }

  /** Left by a crash in the middle of a commit, which has happened: the object counts once. */
  async #isSecondName(key: string, facts: FileFacts): Promise<boolean> {
    if (facts.nlink < 2n) return false;
    const committed = await findFacts(this.#files, this.#directory.objectPath(key));
    return committed !== null && isSameFile(committed, facts);
  }

  #notFound(cause?: unknown) {
    return this.#directory.fault('not-found', 'There is no such object.', cause);
  }

  #taken(cause?: unknown) {
    return this.#directory.fault('exists', 'Something is already stored under this name.', cause);
  }

  #sourceDiffers() {
    return this.#directory.fault('short-read', 'The source has another size than it should have.');
  }
}
