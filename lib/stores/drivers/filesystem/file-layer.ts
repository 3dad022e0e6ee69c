import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { Places } from '#lib/streams/places.ts';
import { loadNativeCalls, type NativeCalls } from './native-calls.ts';

export interface FileFacts {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly nlink: bigint;
  readonly size: bigint;
  readonly mtime: Date;
  isFile(): boolean;
  isDirectory(): boolean;
}

export interface OpenFile {
  readonly fd: number;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  writev(chunks: readonly Uint8Array[], position: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  stat(): Promise<FileFacts>;
  close(): Promise<void>;
}

/**
 * What the driver asks of the operating system, and nothing else: so that tests can let any one call fail, or lose
 * what was not synced.
 */
export interface FileLayer {
  open(path: string, flags: number, mode?: number): Promise<OpenFile>;
  /** Does not follow a symlink. */
  facts(path: string): Promise<FileFacts>;
  link(existing: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  names(directory: string): AsyncIterable<string>;
  space(path: string): Promise<{ blockSize: number; blocks: number; freeBlocks: number }>;
  native(): Promise<NativeCalls | null>;
}

export const openFlags = {
  /** Without following a symlink, and without waiting for somebody at the other end of a FIFO. */
  read: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  /** To read too: where its data begins and ends, NFS says only of a file that is open for reading. */
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
  goOn: constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  directory: constants.O_RDONLY | constants.O_DIRECTORY,
} as const;

/**
 * Threads of Node's pool (`lib/cli/thread-pool.ts`) that may wait for the disk of one store at once. The others are for
 * reads, and for the log of the database, which must not stand behind the bytes of many uploads.
 */
const syncsAtOnce = 4;

export function nodeFileLayer(): FileLayer {
  const syncs = new Places(syncsAtOnce);
  let native: Promise<NativeCalls | null> | undefined;
  return {
    open: async (path, flags, mode) => openFile(await fs.open(path, flags, mode), syncs),
    facts: (path) => fs.lstat(path, { bigint: true }),
    link: fs.link,
    rename: fs.rename,
    unlink: fs.unlink,
    async makeDirectory(path) {
      await fs.mkdir(path, { recursive: true, mode: 0o750 });
    },
    async *names(directory) {
      for await (const entry of await fs.opendir(directory, { bufferSize: 256 })) yield entry.name;
    },
    async space(path) {
      const { bsize, blocks, bavail } = await fs.statfs(path);
      return { blockSize: bsize, blocks, freeBlocks: bavail };
    },
    native: () => (native ??= loadNativeCalls()),
  };
}

function openFile(handle: fs.FileHandle, syncs: Places): OpenFile {
  return {
    fd: handle.fd,
    read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
    writev: (chunks, position) => handle.writev(chunks, position),
    truncate: (length) => handle.truncate(length),
    async datasync() {
      const leave = await syncs.take();
      try {
        await handle.datasync();
      } finally {
        leave();
      }
    },
    sync: () => handle.sync(),
    stat: () => handle.stat({ bigint: true }),
    close: () => handle.close(),
  };
}

/** The code of a system error: `ENOENT` and its like. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** The facts of what lies there, null when nothing does. */
export async function findFacts(files: FileLayer, path: string): Promise<FileFacts | null> {
  try {
    return await files.facts(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

export function isSameFile(one: FileFacts, other: FileFacts): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** Removes the name; false when there was none. */
export async function unlinkIfThere(files: FileLayer, path: string): Promise<boolean> {
  try {
    await files.unlink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
