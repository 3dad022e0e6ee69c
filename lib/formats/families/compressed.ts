/** Compressed files and archives that are no disk: known by their marks and never unpacked here. */
import { hasAscii, hasBytes, u32le, u8 } from '../bytes.ts';
import { settledFinding, type AtEnd, type DetectedFormat, type Family } from '../inspection.ts';
import { finding, refusals } from '../words.ts';

function compressedFamily(
  format: DetectedFormat,
  detail: string,
  matches: (bytes: Uint8Array) => boolean,
  options: { headerBytes: number; atEnd?: AtEnd },
): Family {
  const family: Family = {
    format,
    diskFormat: null,
    containerFormat: 'compressed',
    detail,
    matches,
    examine: ({ bytes }) =>
      settledFinding(
        finding(family, {
          refusal:
            bytes.length < options.headerBytes
              ? refusals.truncated(detail, 'its-header-is-not-complete')
              : null,
          atEnd: options.atEnd ?? {},
        }),
      ),
  };
  return family;
}

const bzip2BlockMark = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] as const;
const bzip2EndMark = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90] as const;

export const gzip = compressedFamily(
  'gzip',
  'gzip archive',
  (bytes) => hasBytes(bytes, 0, [0x1f, 0x8b, 8]) && (u8(bytes, 3) & 0xe0) === 0,
  { headerBytes: 18 },
);

export const xz = compressedFamily(
  'xz',
  'xz archive',
  (bytes) => hasBytes(bytes, 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
  {
    headerBytes: 32,
    atEnd: { xzFooter: true },
  },
);

export const zstd = compressedFamily(
  'zstd',
  'zstd archive',
  (bytes) =>
    hasBytes(bytes, 0, [0x28, 0xb5, 0x2f, 0xfd]) ||
    (bytes.length >= 4 && (u32le(bytes, 0) & 0xfffffff0) >>> 0 === 0x184d2a50),
  { headerBytes: 9 },
);

export const bzip2 = compressedFamily(
  'bzip2',
  'bzip2 archive',
  (bytes) =>
    hasAscii(bytes, 0, 'BZh') &&
    u8(bytes, 3) >= 0x31 &&
    u8(bytes, 3) <= 0x39 &&
    (hasBytes(bytes, 4, bzip2BlockMark) || hasBytes(bytes, 4, bzip2EndMark)),
  { headerBytes: 14 },
);

export const lz4 = compressedFamily(
  'lz4',
  'lz4 archive',
  (bytes) => hasBytes(bytes, 0, [0x04, 0x22, 0x4d, 0x18]),
  {
    headerBytes: 11,
  },
);

export const zip = compressedFamily(
  'zip',
  'zip archive',
  (bytes) => hasBytes(bytes, 0, [0x50, 0x4b, 3, 4]) || hasBytes(bytes, 0, [0x50, 0x4b, 5, 6]),
  { headerBytes: 22 },
);

export const sevenZip = compressedFamily(
  '7z',
  '7z archive',
  (bytes) => hasBytes(bytes, 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  {
    headerBytes: 32,
  },
);
