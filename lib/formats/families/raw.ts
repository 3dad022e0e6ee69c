/** Bytes without any mark: a raw disk, or a file system without a partition table. */
import { hasAscii, hasBytes, latin1 } from '../bytes.ts';
import type { Examined, Head } from '../inspection.ts';
import { settledFinding } from '../inspection.ts';
import { finding, phrase, warningOf } from '../words.ts';

const fileSystems: { name: string; matches(bytes: Uint8Array): boolean }[] = [
  { name: 'ext2/3/4', matches: (bytes) => hasBytes(bytes, 1080, [0x53, 0xef]) },
  { name: 'XFS', matches: (bytes) => hasAscii(bytes, 0, 'XFSB') },
  { name: 'Btrfs', matches: (bytes) => hasAscii(bytes, 0x10040, '_BHRfS_M') },
  { name: 'NTFS', matches: (bytes) => hasAscii(bytes, 3, 'NTFS    ') },
  { name: 'FAT', matches: (bytes) => hasAscii(bytes, 54, 'FAT') || hasAscii(bytes, 82, 'FAT32') },
  { name: 'SquashFS', matches: (bytes) => hasAscii(bytes, 0, 'hsqs') },
  { name: 'LVM', matches: (bytes) => hasAscii(bytes, 512, 'LABELONE') },
];

function looksLikeWebPage(bytes: Uint8Array): boolean {
  return /^\s*<(!doctype html|html)/i.test(latin1(bytes, 0, 256));
}

const family = { format: 'raw', diskFormat: 'raw', containerFormat: 'bare', detail: 'Raw disk' } as const;

export function examineRaw({ bytes }: Head): Examined {
  const fileSystem = fileSystems.find(({ matches }) => matches(bytes));
  return settledFinding(
    finding(family, {
      detail: fileSystem === undefined ? family.detail : `Raw disk, ${fileSystem.name} without partitions`,
      atEnd: { headerBytes: 0 },
      warnings: looksLikeWebPage(bytes) ? [warningOf('web-page', phrase('warning.web-page'))] : [],
    }),
  );
}
