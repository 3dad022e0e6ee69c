import { MiB } from '#lib/contract/limits.ts';
import type { CallOptions, DurablePoint, ObjectStat, ObjectWriter } from '../../store.ts';
import { fileExtents } from './file-extents.ts';
import { findFacts, isSameFile, unlinkIfThere, type FileFacts, type OpenFile } from './file-layer.ts';
import type { NativeCalls } from './native-calls.ts';
import { publish } from './publish.ts';
import type { StoreDirectory } from './store-directory.ts';

const writebackEveryBytes = 8 * MiB;
const zeros = new Uint8Array(MiB);

/**
 * Writes one unfinished file and publishes it.
 *
 * What the system was asked for by a process that was then frozen, it does when that process is thawed, with nobody left
 * to look at a clock; by then a successor writes the same file, or has published it. So no step does what the successor
 * would not do as well: the same bytes go to the same place, and no file becomes shorter before all of it is written. What
 * an earlier writer left behind `position` stays until then, and is written over.
 */
export class FileWriter implements ObjectWriter {
  readonly key: string;
  readonly #directory: StoreDirectory;
  readonly #file: OpenFile;
  readonly #facts: FileFacts;
  readonly #native: NativeCalls | null;
  #position: number;
  #durableBytes: number;
  /** So far reaches what an earlier writer left. */
  readonly #leftUntil: number;
  /** Other processes may go on with this file. */
  readonly #isShared: boolean;
  /** Zeros at the end that the file's length may not cover yet. */
  #endsInHole = false;
  #nameIsDurable = false;
  #closed: Promise<void> | null = null;
  #writtenBack: number;
  #writeback: Promise<void> | null = null;

  constructor(
    directory: StoreDirectory,
    key: string,
    file: OpenFile,
    { position, facts, isShared }: { position: number; facts: FileFacts; isShared: boolean },
    native: NativeCalls | null,
  ) {
    this.key = key;
    this.#directory = directory;
    this.#file = file;
    this.#facts = facts;
    this.#native = native;
    this.#leftUntil = Number(facts.size);
    this.#isShared = isShared;
    this.#position = position;
    this.#durableBytes = position;
    this.#writtenBack = position;
  }

  get position(): number {
    return this.#position;
  }

  /** An object without a byte has an inode to sync as well. */
  get #needsSync(): boolean {
    return this.#position > this.#durableBytes || !this.#nameIsDurable;
  }

  /** For calls of the kernel that write by themselves; `advance` tells how far they came. */
  get fd(): number {
    return this.#file.fd;
  }

  async append(chunks: readonly Uint8Array[], { signal }: CallOptions = {}): Promise<void> {
    const position = await this.#write(chunks, this.#position, signal);
    if (position > this.#position) this.advance(position - this.#position);
  }

  async appendZeros(length: number, { signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (length === 0) return;
    const end = this.#position + length;
    if (this.#position < this.#leftUntil) {
      await this.#clear(this.#position, Math.min(end, this.#leftUntil), signal);
    }
    this.#position = end;
    this.#endsInHole = true;
  }

  /** Says that so many bytes of data now lie behind the position. */
  advance(bytes: number): void {
    this.#position += bytes;
    this.#endsInHole = false;
    if (this.#position - this.#writtenBack >= writebackEveryBytes) this.#startWriteback();
  }

  async flush({ signal }: CallOptions = {}): Promise<DurablePoint> {
    signal?.throwIfAborted();
    await this.settleLength();
    return this.flushSettled();
  }

  /** First half of a flush; nothing may be written meanwhile. */
  async settleLength(): Promise<void> {
    if (!this.#endsInHole) return;
    if (this.#isShared) {
      // Not by setting the length, which would cut off what a successor has written behind our position.
      await this.#write([zeros.subarray(0, 1)], this.#position - 1);
    } else if (Number((await this.#file.stat()).size) < this.#position) {
      // All of a hole stays one, so that nobody has to read it.
      await this.#file.truncate(this.#position);
    }
    this.#endsInHole = false;
  }

  /** Second half: makes durable what lies before the position now; more may be written meanwhile. */
  async flushSettled(): Promise<DurablePoint> {
    const target = this.#position;
    if (this.#needsSync) await this.#file.datasync();
    if (!this.#nameIsDurable) {
      await this.#directory.sync();
      await this.#assertNamed();
      this.#nameIsDurable = true;
    }
    this.#durableBytes = target;
    return this.durablePoint();
  }

  durablePoint(): DurablePoint {
    return { durableBytes: this.#durableBytes, resumeState: null };
  }

  async commit({ signal }: CallOptions = {}): Promise<ObjectStat> {
    signal?.throwIfAborted();
    // All that write this object give it this length at last.
    const isOfOtherLength = this.#endsInHole || this.#leftUntil > this.#position;
    if (isOfOtherLength) await this.#file.truncate(this.#position);
    if (isOfOtherLength || this.#needsSync) await this.#file.datasync();
    signal?.throwIfAborted();
    await this.#assertNamed();
    await publish(
      this.#directory,
      this.#directory.unfinishedPath(this.key),
      this.#directory.objectPath(this.key),
    );
    await this.#directory.sync();
    await this.close();
    return { key: this.key, sizeBytes: this.#position };
  }

  async abandon(): Promise<void> {
    await this.close();
    if (!(await this.#isNamed())) return;
    await unlinkIfThere(this.#directory.files, this.#directory.unfinishedPath(this.key));
    await this.#directory.sync();
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#writeback;
      await this.#file.close();
    })();
    return this.#closed;
  }

  /**
   * What was mounted or unmounted since the file was opened may have hidden it, or brought back an older one; or a
   * successor has published it.
   */
  async #assertNamed(): Promise<void> {
    if (await this.#isNamed()) return;
    throw this.#directory.fault('unavailable', 'The unfinished file is not in the directory any more.');
  }

  async #isNamed(): Promise<boolean> {
    const named = await findFacts(this.#directory.files, this.#directory.unfinishedPath(this.key));
    return named !== null && isSameFile(named, this.#facts);
  }

  /** Where it came to. */
  async #write(chunks: readonly Uint8Array[], from: number, signal?: AbortSignal): Promise<number> {
    let position = from;
    let left = chunks.filter((chunk) => chunk.byteLength > 0);
    while (left.length > 0) {
      signal?.throwIfAborted();
      const { bytesWritten } = await this.#file.writev(left, position);
      if (bytesWritten === 0) throw this.#directory.fault('full', 'The file system took no more bytes.');
      position += bytesWritten;
      left = dropBytes(left, bytesWritten);
    }
    return position;
  }

  /** What an earlier writer left there. */
  async #clear(from: number, to: number, signal: AbortSignal | undefined): Promise<void> {
    for await (const { kind, offset, length } of fileExtents(this.#file, this.#native, from, to)) {
      if (kind === 'zero') continue;
      for (let position = offset; position < offset + length;) {
        position = await this.#write([zeros.subarray(0, offset + length - position)], position, signal);
      }
    }
  }

  /** One at a time: when the disk is slower than the writer, the kernel's own throttling is what should act. */
  #startWriteback(): void {
    if (this.#native === null || this.#writeback !== null) return;
    const from = this.#writtenBack;
    this.#writtenBack = this.#position;
    this.#writeback = this.#native
      .startWriteback(this.#file.fd, from, this.#position - from)
      // Only a hint: what cannot be written shows in the fsync that counts.
      .catch(() => undefined)
      .finally(() => {
        this.#writeback = null;
      });
  }
}

function dropBytes(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (left >= chunk.byteLength) left -= chunk.byteLength;
    else {
      rest.push(left === 0 ? chunk : chunk.subarray(left));
      left = 0;
    }
  }
  return rest;
}
