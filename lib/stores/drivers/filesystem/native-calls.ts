import { getSystemErrorName } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import type { KoffiFunc, LibraryHandle } from 'koffi';
import { Places } from '#lib/streams/places.ts';

/**
 * Linux calls that Node does not offer. They run on the thread pool; errors carry `code` as Node's own do. Whoever
 * calls keeps the descriptors open until the promise settles.
 */
export interface NativeCalls {
  /** Makes the target share all blocks of the source (FICLONE). */
  reflink(sourceFd: number, targetFd: number): Promise<void>;
  /** Copies inside the kernel; the number of bytes, 0 at the end of the source. */
  copyRange(sourceFd: number, targetFd: number, offset: number, length: number): Promise<number>;
  /** Where the next data or hole begins at or behind `offset`; null when there is none before the end. */
  seek(fd: number, offset: number, what: 'data' | 'hole'): Promise<number | null>;
  /** Starts writing dirty pages out, so that the next fsync has little left to do. Does not make anything durable. */
  startWriteback(fd: number, offset: number, length: number): Promise<void>;
}

/**
 * Of one store. Koffi refuses a call, with an error that no system knows, while 256 of all stores are under way; more
 * than there are threads (see `lib/cli/thread-pool.ts`) would only wait elsewhere.
 */
const callsAtOnce = 8;

const FICLONE = 0x40049409;
const SEEK = { data: 3, hole: 4 } as const;
const SYNC_FILE_RANGE_WRITE = 2;

type Call = (done: (error: unknown, result: number | bigint) => void) => void;
type Koffi = Pick<typeof import('koffi'), 'errno' | 'load'>;

/** Null where these calls are not to be had: another system, no native module, a worker thread. */
export async function loadNativeCalls(): Promise<NativeCalls | null> {
  if (process.platform !== 'linux' || !isMainThread) return null;
  try {
    const { default: koffi } = await import('koffi');
    return bind(koffi, koffi.load(null));
  } catch {
    // No prebuilt binary for this machine, or a C library without these calls: plain reads and writes do it too.
    return null;
  }
}

function bind(koffi: Koffi, library: LibraryHandle): NativeCalls {
  const ioctl: KoffiFunc<(fd: number, request: number, argument: number) => number> = library.func(
    'int ioctl(int fd, unsigned long request, int argument)',
  );
  const copyFileRange: KoffiFunc<
    (source: number, from: [number], target: number, to: [number], length: number, flags: number) => number
  > = library.func(
    'int64_t copy_file_range(int source, int64_t *from, int target, int64_t *to, size_t length, unsigned int flags)',
  );
  const lseek: KoffiFunc<(fd: number, offset: number, whence: number) => number> = library.func(
    'int64_t lseek(int fd, int64_t offset, int whence)',
  );
  const syncFileRange: KoffiFunc<(fd: number, offset: number, length: number, flags: number) => number> =
    library.func('int sync_file_range(int fd, int64_t offset, int64_t length, unsigned int flags)');

  const places = new Places(callsAtOnce);

  return {
    async reflink(sourceFd, targetFd) {
      await settle('ioctl', (done) => ioctl.async(targetFd, FICLONE, sourceFd, done));
    },
    copyRange: (sourceFd, targetFd, offset, length) =>
      settle('copy_file_range', (done) =>
        copyFileRange.async(sourceFd, [offset], targetFd, [offset], length, 0, done),
      ),
    async seek(fd, offset, what) {
      try {
        return await settle('lseek', (done) => lseek.async(fd, offset, SEEK[what], done));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENXIO') return null;
        throw error;
      }
    },
    async startWriteback(fd, offset, length) {
      await settle('sync_file_range', (done) =>
        syncFileRange.async(fd, offset, length, SYNC_FILE_RANGE_WRITE, done),
      );
    },
  };

  async function settle(syscall: string, call: Call): Promise<number> {
    const leave = await places.take();
    try {
      return await run(syscall, call);
    } finally {
      leave();
    }
  }

  function run(syscall: string, call: Call): Promise<number> {
    return new Promise((resolve, reject) => {
      call((error, result) => {
        if (error) return reject(error);
        const value = Number(result);
        if (value >= 0) return resolve(value);
        const errno = koffi.errno();
        const code = getSystemErrorName(-errno);
        reject(Object.assign(new Error(`${syscall} failed: ${code}`), { code, errno: -errno, syscall }));
      });
    });
  }
}
