import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { MiB } from '#lib/contract/limits.ts';
import { arrivals } from '#lib/streams/arrivals.ts';
import { readParallel, type ReadAheadBudget } from '#lib/streams/parallel-read.ts';
import { StoreFault, type ByteRange, type ReadOptions } from '../../store.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { toS3Fault } from './s3-faults.ts';

type Batch = readonly Uint8Array[];

/** Of one request: long enough to hide the round trip, short enough for several to wait in memory. */
const stepBytes = 8 * MiB;
/** A range whose connection breaks is gone on with where it broke; the guard does so for the whole read. */
const triesOfRange = 4;

/**
 * The bytes of one range with several requests at once. All of them name the same version by its ETag: an object that
 * is replaced meanwhile is `corrupt`, never mixed. Throws `not-found` and `short-read`.
 */
export async function* readRange(
  bucket: S3Bucket,
  name: string,
  range: ByteRange,
  { parallel, ahead, signal, allocate }: ReadOptions & { parallel: number; ahead: ReadAheadBudget },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { connection } = bucket;
  const found = await bucket.head(name, { signal });
  if (found === null) {
    throw new StoreFault(
      'not-found',
      connection.storeId,
      `Store "${connection.storeId}": there is no such object.`,
    );
  }
  const tooShort = (cause?: unknown) =>
    new StoreFault(
      'short-read',
      connection.storeId,
      `Store "${connection.storeId}": the object is shorter than what was asked for.`,
      cause,
    );
  const otherBytes = () =>
    new StoreFault(
      'failed',
      connection.storeId,
      `Store "${connection.storeId}": the endpoint gave other bytes than those that were asked for.`,
      undefined,
      'See what lies between this machine and the endpoint: a cache there does not know ranges.',
    );
  if (range.offset + range.length > found.sizeBytes) throw tooShort();
  if (range.length === 0) return;

  async function* open(part: ByteRange, stop: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    const end = part.offset + part.length;
    let offset = part.offset;
    for (let failures = 0; offset < end;) {
      try {
        for await (const batch of openOnce({ offset, length: end - offset }, stop)) {
          for (const piece of batch) offset += piece.byteLength;
          if (offset > end) throw otherBytes();
          failures = 0;
          yield batch;
        }
        if (offset < end) throw Object.assign(new Error('The answer ended early.'), { code: 'ECONNRESET' });
      } catch (error) {
        stop.throwIfAborted();
        const fault = toS3Fault(error, connection.storeId);
        failures += 1;
        if (failures >= triesOfRange || isFinal(fault)) throw fault;
      }
    }
  }

  async function* openOnce(part: ByteRange, stop: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    const input = {
      Bucket: bucket.name,
      Key: name,
      Range: `bytes=${part.offset}-${part.offset + part.length - 1}`,
      IfMatch: found?.etag,
    };
    try {
      const { Body, ContentRange } = await connection.call({ signal: stop }, (s3, options) =>
        s3.send(new GetObjectCommand(input), options),
      );
      const body = Body as unknown as Readable;
      // A server may ignore the wish for a range (RFC 9110, 14.2); a cache in between sometimes does.
      const isAsked =
        ContentRange === undefined
          ? part.offset === 0 && part.length === found?.sizeBytes
          : ContentRange.startsWith(`bytes ${part.offset}-`);
      if (!isAsked) {
        body.destroy();
        throw otherBytes();
      }
      yield* arrivals(body);
    } catch (error) {
      throw replaced(error);
    }
  }

  function replaced(error: unknown): unknown {
    const isReplaced = error instanceof Error && 'kind' in error && error.kind === 'exists';
    if (!isReplaced) return error;
    const text = `Store "${connection.storeId}": the object was replaced while it was read.`;
    return new StoreFault('corrupt', connection.storeId, text, error);
  }

  yield* readParallel({ range, stepBytes, parallel, ahead, open, allocate, signal });
}

/** What a new request does not mend. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind !== 'unavailable';
}
