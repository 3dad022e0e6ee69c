/** What the old three-part images (ami, aki, ari) are made of besides raw file systems: a kernel and a ramdisk. */
import { hasAscii, hasBytes } from '../bytes.ts';
import { settledFinding, type Family } from '../inspection.ts';
import { finding } from '../words.ts';

export const kernel: Family = {
  format: 'kernel',
  diskFormat: 'aki',
  containerFormat: 'bare',
  detail: 'Linux kernel',
  matches: (bytes) =>
    (hasAscii(bytes, 0x202, 'HdrS') && hasBytes(bytes, 510, [0x55, 0xaa])) ||
    hasAscii(bytes, 0x38, 'ARMd') ||
    hasBytes(bytes, 0, [0x7f, 0x45, 0x4c, 0x46]),
  examine: () => settledFinding(finding(kernel, { atEnd: { headerBytes: 0 } })),
};

export const cpio: Family = {
  format: 'cpio',
  diskFormat: 'ari',
  containerFormat: 'bare',
  detail: 'Ramdisk (cpio)',
  matches: (bytes) => hasAscii(bytes, 0, '070701') || hasAscii(bytes, 0, '070702'),
  examine: () => settledFinding(finding(cpio, { atEnd: { headerBytes: 0 } })),
};
