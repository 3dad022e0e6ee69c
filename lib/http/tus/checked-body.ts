import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { StowageError } from '../../contract/errors.ts';
import { checksummedPatchLimitBytes, KiB } from '../../contract/limits.ts';
import type { RequestBody } from '../../streams/request-body.ts';
import { HeldBodies } from './held-bodies.ts';

export const checksumAlgorithms = ['sha1', 'sha256', 'sha512', 'md5', 'crc32'] as const;
type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

const heldBodies = new HeldBodies({
  roomBytes: 4 * checksummedPatchLimitBytes,
  // At this pace the largest one needs the two minutes that a body has at most.
  leastBytesPerSecond: 512 * KiB,
  graceMilliseconds: 10_000,
  patienceMilliseconds: 120_000,
});

/**
 * A body with `Upload-Checksum` is held until its checksum is right, because what has passed into a store cannot be
 * taken back from all of them. So many bytes are held at once; further bodies wait before they are read.
 */
export async function readChecked(
  body: RequestBody,
  header: string,
  contentLength: number | null,
  bodies = heldBodies,
): Promise<readonly Buffer[]> {
  const { algorithm, expected } = parseChecksum(header);
  if (contentLength !== null && contentLength > checksummedPatchLimitBytes) throw tooLarge();
  const hold = await bodies.take(contentLength ?? checksummedPatchLimitBytes);
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const batch = await body.next(hold.signal);
      if (batch === null) break;
      for (const chunk of batch) hold.receivedBytes += chunk.byteLength;
      if (hold.receivedBytes > checksummedPatchLimitBytes) throw tooLarge();
      chunks.push(...batch);
    }
    const actual = digest(algorithm, chunks);
    if (actual.byteLength !== expected.byteLength || !timingSafeEqual(actual, expected)) {
      throw new StowageError(
        'checksum_mismatch',
        'These bytes do not have the checksum that was sent with them. Nothing of them was kept.',
        {
          remedy: 'Send them again from the same offset.',
        },
      );
    }
    return chunks;
  } finally {
    hold.release();
  }
}

function parseChecksum(header: string): { algorithm: ChecksumAlgorithm; expected: Buffer } {
  const [name = '', encoded = '', ...rest] = header.split(' ');
  const algorithm = checksumAlgorithms.find((candidate) => candidate === name);
  if (algorithm === undefined) {
    throw new StowageError(
      'bad_request',
      `Upload-Checksum: ${name} is not known here. Known are ${checksumAlgorithms.join(', ')}.`,
      {
        field: 'Upload-Checksum',
      },
    );
  }
  const lengths: Record<ChecksumAlgorithm, number> = { sha1: 20, sha256: 32, sha512: 64, md5: 16, crc32: 4 };
  const expected = Buffer.from(encoded, 'base64');
  if (
    rest.length > 0 ||
    !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ||
    expected.byteLength !== lengths[algorithm]
  ) {
    throw new StowageError(
      'bad_request',
      'Upload-Checksum: the algorithm is followed by one space and the checksum in Base64.',
      {
        field: 'Upload-Checksum',
      },
    );
  }
  return { algorithm, expected };
}

function digest(algorithm: ChecksumAlgorithm, chunks: readonly Buffer[]): Buffer {
  if (algorithm === 'crc32') {
    let sum = 0;
    for (const chunk of chunks) sum = crc32(chunk, sum);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(sum >>> 0);
    return bytes;
  }
  const hash = createHash(algorithm);
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

function tooLarge(): StowageError {
  return new StowageError(
    'too_large',
    `A PATCH with Upload-Checksum has at most ${checksummedPatchLimitBytes} bytes.`,
    {
      remedy:
        'Send smaller ones, or none with a checksum and the sha512 of the whole file in Upload-Metadata.',
    },
  );
}
