import { crc32 } from 'node:zlib';
import { StoreFault } from '../../store.ts';
import type { Part } from './part.ts';
import type { S3Bucket, Signalled } from './s3-bucket.ts';

/** One object beside the upload: bytes that do not fill a part yet. */
export interface TailPiece {
  name: string;
  bytes: number;
  crc: number;
}

/** More of them are written anew as one. */
const piecesAtMost = 12;

/** The bytes of this part, without what `pieces` have already, made durable. Returns the pieces that now hold them all. */
export async function writeTail(
  bucket: S3Bucket,
  part: Part,
  pieces: readonly TailPiece[],
  newName: () => string,
  options: Signalled,
): Promise<TailPiece[]> {
  const kept = pieces.length < piecesAtMost ? pieces : [];
  const from = sumOf(kept);
  if (from === part.bytes) return [...kept];
  const slices = [...part.slices(from)];
  const piece = { name: newName(), bytes: part.bytes - from, crc: part.crc32(from) };
  await bucket.putPlain(
    piece.name,
    slices.length === 1 && slices[0] ? slices[0] : Buffer.concat(slices),
    options,
  );
  return [...kept, piece];
}

/** Throws `short-read` when one is missing or has other bytes than it had. */
export async function* readTail(
  bucket: S3Bucket,
  pieces: readonly TailPiece[],
  options: Signalled,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { storeId } = bucket.connection;
  for (const { name, bytes, crc } of pieces) {
    const found = await bucket.get(name, options);
    if (found === null || found.byteLength !== bytes || crc32(found) !== crc) {
      throw new StoreFault(
        'short-read',
        storeId,
        `Store "${storeId}": the end of an unfinished object is lost.`,
      );
    }
    yield found;
  }
}

export function sumOf(pieces: readonly TailPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}
