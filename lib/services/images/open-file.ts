import { assertCan, imageNotFound } from '../../auth/policy.ts';
import { StowageError } from '../../contract/errors.ts';
import type { ImageRow, LocationRow } from '../../db/define-schema.ts';
import { findImage } from '../../db/repositories/images.ts';
import { findLocation, listLocations, updateLocation } from '../../db/repositories/locations.ts';
import { findMember } from '../../db/repositories/members.ts';
import type { Context } from '../../runtime/context.ts';
import { MiB } from '../../contract/limits.ts';
import { readSource } from '../../pipeline/read-source.ts';
import { zeroBlock } from '../../pipeline/zeros.ts';
import { BufferPool } from '../../streams/buffer-pool.ts';
import { isStoreFault, type Store } from '../../stores/store.ts';
import { recordEvent } from '../events/record.ts';
import type { SeenImage } from './get.ts';

export interface OpenImageFile {
  imageId: string;
  /** Both ends included, as in HTTP; null: all of it. An end behind the last byte is cut. */
  range: { start: number; end: number | null } | { suffix: number } | null;
  /** Stores to read from before all others, the first one first. */
  prefer?: readonly string[];
}

export interface ImageFile {
  image: ImageRow;
  sizeBytes: number;
  start: number;
  /** Behind the last byte. */
  end: number;
  /** Reads from the first good copy, and goes on in another one at the byte where a store failed or let it go. */
  chunks: AsyncIterable<Uint8Array>;
  /** To be told of each chunk when nobody looks at it any more: its memory is used again. */
  spent(chunk: Uint8Array): void;
}

/** Null: the image has no data yet (Glance answers 204). */
export async function openImageFile(
  ctx: Context,
  { imageId, range, prefer = [] }: OpenImageFile,
): Promise<ImageFile | null> {
  const { runtime, actor } = ctx;
  const image = await findImage(runtime.db.read, imageId);
  if (image === null) throw imageNotFound(imageId);
  const membership =
    image.visibility === 'shared' ? await findMember(runtime.db.read, imageId, actor.projectId) : null;
  assertCan(actor, 'download_image', { ...image, membership: membership?.status ?? null }, imageId);
  if (image.status === 'deactivated' && !actor.administrator) {
    throw new StowageError(
      'forbidden',
      'The requested image has been deactivated. Image data download is forbidden.',
      { remedy: 'Ask an administrator.' },
    );
  }
  if (prefer.length > 0) assertMayPrefer(ctx, { ...image, membership: membership?.status ?? null }, prefer);
  if (image.size_bytes === null || (image.status !== 'active' && image.status !== 'deactivated')) return null;
  const { start, end } = resolveRange(image.size_bytes, range);
  const copies = await goodCopies(ctx, image.id, prefer);
  if (copies.length === 0 && end > start) {
    throw new StowageError('store_unavailable', 'No store that holds this image can be read now.', {
      remedy: 'Try again in a while; nothing of the image is lost as long as its stores come back.',
      retryAfterSeconds: 30,
    });
  }
  const pool = new BufferPool();
  return {
    image,
    sizeBytes: image.size_bytes,
    start,
    end,
    chunks: readCopies(ctx, image, copies, start, end, pool),
    spent: (chunk) => pool.give(chunk),
  };
}

function resolveRange(sizeBytes: number, range: OpenImageFile['range']): { start: number; end: number } {
  if (range === null) return { start: 0, end: sizeBytes };
  const start = 'suffix' in range ? Math.max(0, sizeBytes - range.suffix) : range.start;
  const end = 'suffix' in range || range.end === null ? sizeBytes : Math.min(sizeBytes, range.end + 1);
  if (start >= sizeBytes || end <= start) {
    throw new StowageError(
      'range_not_satisfiable',
      `The image has ${sizeBytes} bytes; the range begins behind its end.`,
      {
        wholeBytes: sizeBytes,
        glance: `Invalid start position in Range header. Start position MUST be in the inclusive range [0, ${Math.max(sizeBytes - 1, 0)}].`,
      },
    );
  }
  return { start, end };
}

function assertMayPrefer({ runtime, actor }: Context, image: SeenImage, prefer: readonly string[]): void {
  assertCan(actor, 'download_from_store', image, image.id);
  const known = runtime.config.stores.map(({ id }) => id);
  const unknown = prefer.find((store) => !known.includes(store));
  if (unknown === undefined) return;
  throw new StowageError('unknown_store', `The store ${unknown} is not known.`, {
    field: 'prefer',
    remedy: `Name some of: ${known.join(', ')}.`,
  });
}

/**
 * Active copies in stores that can be read: proved ones before unproved, whatever is preferred; then preferred ones in the
 * order in which the caller named them, then the others in the order of the stores' weight.
 */
async function goodCopies(
  { runtime }: Context,
  imageId: string,
  prefer: readonly string[],
): Promise<LocationRow[]> {
  const rank = ({ store_id }: LocationRow) =>
    prefer.includes(store_id) ? prefer.indexOf(store_id) : prefer.length;
  const order = new Map(
    runtime.stores.list().map((store, i) => [store.id, store.state === 'unavailable' ? null : i]),
  );
  return (await listLocations(runtime.db.read, [imageId]))
    .filter((location) => location.state === 'active' && (order.get(location.store_id) ?? null) !== null)
    .sort(
      (a, b) =>
        Number(a.verified_at === null) - Number(b.verified_at === null) ||
        rank(a) - rank(b) ||
        (order.get(a.store_id) ?? 0) - (order.get(b.store_id) ?? 0),
    );
}

async function* readCopies(
  ctx: Context,
  image: ImageRow,
  copies: LocationRow[],
  start: number,
  end: number,
  pool: BufferPool,
): AsyncGenerator<Uint8Array> {
  const seen = [...copies];
  const toLocation = (copy: LocationRow) => ({
    store: ctx.runtime.stores.readable(copy.store_id),
    key: copy.object_key,
  });
  const pieces = readSource(copies.map(toLocation), {
    fromOffset: start,
    sizeBytes: end,
    signal: ctx.signal,
    allocate: pool.take,
    async findOthers() {
      const now = await goodCopies(ctx, image.id, []);
      seen.push(...now);
      return now.map(toLocation);
    },
    onLeft({ store, key }, at, error) {
      ctx.log.warn(
        { err: error, image: image.id, store: store.id, at },
        'a copy could not be read to its end',
      );
      const copy = seen.find((candidate) => candidate.object_key === key);
      if (copy) noteBroken(ctx, image, copy, store, error);
    },
  });
  try {
    for await (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece;
      else yield* zeros(piece.zeros);
    }
  } finally {
    pool.close();
  }
}

function* zeros(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= MiB) yield zeroBlock(Math.min(left, MiB));
}

function noteBroken(
  ctx: Context,
  image: ImageRow,
  copy: LocationRow,
  store: Pick<Store, 'stat'>,
  error: unknown,
): void {
  markBroken(ctx, image, copy, store, error).catch((failure: unknown) => {
    ctx.log.error(
      { err: failure, image: image.id, store: copy.store_id },
      'a broken copy could not be marked',
    );
  });
}

/** The object is gone or another one behind our back: named so, never served as good. */
async function markBroken(
  ctx: Context,
  image: ImageRow,
  copy: LocationRow,
  store: Pick<Store, 'stat'>,
  error: unknown,
): Promise<void> {
  const finding = await findingOf(copy, store, error);
  if (finding === null) return;
  await ctx.runtime.db.transaction(async (q) => {
    await q.lock(image.id);
    const now = await findLocation(q, copy.id);
    if (now?.state !== 'active') return;
    await updateLocation(q, now, image.owner_id, { ...finding, updated_at: ctx.runtime.now() });
    await recordEvent(ctx, q, { type: 'image', image_id: image.id, change: 'updated' }, image.owner_id);
  });
}

/** What a failure of a read says of the copy itself; null when it may be the line that was bad. */
async function findingOf(
  copy: LocationRow,
  store: Pick<Store, 'stat'>,
  error: unknown,
): Promise<Pick<LocationRow, 'state' | 'error'> | null> {
  if (isStoreFault(error, 'not-found')) {
    return { state: 'missing', error: 'The object is no longer in the store.' };
  }
  if (isStoreFault(error, 'corrupt')) {
    return { state: 'corrupt', error: 'The object in the store is not the one that was stored.' };
  }
  if (!isStoreFault(error, 'short-read')) return null;
  const { sizeBytes } = await store.stat(copy.object_key);
  if (sizeBytes === copy.bytes) return null;
  return { state: 'corrupt', error: `The object has ${sizeBytes} bytes instead of ${copy.bytes}.` };
}
