import { KiB, MiB } from '#lib/contract/limits.ts';
import { zeroRuns } from '#lib/streams/zeros.ts';
import type { CloneRequest } from '../../store.ts';
import { fileExtents } from './file-extents.ts';
import { codeOf, type OpenFile } from './file-layer.ts';
import type { FileWriter } from './file-writer.ts';
import type { NativeCalls } from './native-calls.ts';

/** Small enough for a signal to act soon on a slow disk. */
const stepBytes = 16 * MiB;
const bounceBytes = 512 * KiB;
const flushEveryBytes = 256 * MiB;
const flushEveryMilliseconds = 2_000;
const tellEveryMilliseconds = 300;

const cannotDoThat = new Set([
  'EXDEV',
  'EINVAL',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOTTY',
  'EPERM',
  'EBADF',
]);

/**
 * Copies [writer.position, size) the cheapest way that works here: shared blocks, else a copy inside the kernel, else
 * through this process. Holes stay holes. Makes durable points beside the copying. Does not commit.
 */
export async function copyFile(
  source: OpenFile,
  writer: FileWriter,
  native: NativeCalls | null,
  { sizeBytes, signal, onProgress }: Pick<CloneRequest, 'sizeBytes' | 'signal' | 'onProgress'>,
): Promise<void> {
  if (native !== null && (await reflinked(native))) return;

  let inKernel = native !== null;
  let flushing: Promise<unknown> | null = null;
  let flushFailure: unknown = null;
  let flushedTo = writer.position;
  let flushedAt = performance.now();
  let toldAt = flushedAt;
  try {
    for await (const extent of fileExtents(source, native, writer.position, sizeBytes)) {
      if (extent.kind === 'zero') {
        await writer.appendZeros(extent.length, { signal });
        await afterStep();
        continue;
      }
      const end = extent.offset + extent.length;
      while (writer.position < end) {
        signal?.throwIfAborted();
        await copyStep(end - writer.position);
        await afterStep();
      }
    }
  } finally {
    await flushing;
  }
  if (flushFailure !== null) throw flushFailure;

  async function reflinked(calls: NativeCalls): Promise<boolean> {
    signal?.throwIfAborted();
    try {
      await calls.reflink(source.fd, writer.fd);
    } catch (error) {
      if (cannotDoThat.has(codeOf(error) ?? '')) return false;
      throw error;
    }
    writer.advance(sizeBytes - writer.position);
    return true;
  }

  async function copyStep(length: number): Promise<void> {
    if (inKernel && native !== null) {
      try {
        const copied = await native.copyRange(
          source.fd,
          writer.fd,
          writer.position,
          Math.min(stepBytes, length),
        );
        if (copied > 0) return writer.advance(copied);
      } catch (error) {
        if (!cannotDoThat.has(codeOf(error) ?? '')) throw error;
      }
      // Zero bytes before the end are also how some file systems say that they cannot.
      inKernel = false;
    }
    const chunk = Buffer.allocUnsafe(Math.min(bounceBytes, length));
    const { bytesRead } = await source.read(chunk, 0, chunk.length, writer.position);
    if (bytesRead === 0) throw new SourceEnded();
    for (const run of zeroRuns(chunk.subarray(0, bytesRead))) {
      if (run.isZero) await writer.appendZeros(run.bytes.length, { signal });
      else await writer.append([run.bytes], { signal });
    }
  }

  async function afterStep(): Promise<void> {
    if (flushFailure !== null) throw flushFailure;
    const now = performance.now();
    const isDue = writer.position - flushedTo >= flushEveryBytes || now - flushedAt >= flushEveryMilliseconds;
    if (isDue && flushing === null) {
      flushedTo = writer.position;
      flushedAt = now;
      await writer.settleLength();
      flushing = writer
        .flushSettled()
        .catch((error: unknown) => {
          flushFailure = error;
        })
        .finally(() => {
          flushing = null;
        });
    }
    if (now - toldAt >= tellEveryMilliseconds) {
      toldAt = now;
      await onProgress?.({ ...writer.durablePoint(), sentBytes: writer.position });
    }
  }
}

export class SourceEnded extends Error {
  constructor() {
    super('The source ended before its size.');
  }
}
