/** What somebody says an image is against what its bytes are, as Glance enforces it: a difference is answered 415. */
import type { Inspection } from './inspection.ts';

export interface Mismatch {
  sentence: string;
  remedy: string;
}

const compressedRemedy =
  'Unpack it, then drop it again. To keep it packed, choose the container format compressed.';

/** The Amazon formats are parts of a machine: any raw bytes, kernel or (packed) ramdisk. */
const amazonFormats = new Set(['ami', 'aki', 'ari']);
const rawFormats = new Set(['raw', 'gpt', 'mbr', 'luks', 'kernel', 'cpio']);
const packedRamdisks = new Set(['gzip', 'xz', 'zstd', 'bzip2', 'lz4']);

/** `a qcow2 v3`, `an xz archive`, `a raw disk`. */
function article(detail: string): string {
  const words = /^(Raw|Ramdisk)/.test(detail) ? detail.charAt(0).toLowerCase() + detail.slice(1) : detail;
  return /^([aeio]|xz)/i.test(words) ? `an ${words}` : `a ${words}`;
}

function checkContainer(container: string, found: Inspection): Mismatch | null {
  const detail = article(found.detail);
  if (container === 'ova' && found.format !== 'ova' && found.format !== 'tar') {
    return {
      sentence: `These bytes are ${detail}, not an OVA.`,
      remedy: 'Choose the container format bare, or upload the OVA itself.',
    };
  }
  if (container === 'compressed' && found.containerFormat !== 'compressed' && found.format !== 'raw') {
    return {
      sentence: `These bytes are ${detail}, not a compressed file.`,
      remedy: 'Choose the container format bare.',
    };
  }
  return null;
}

function checkBareDisk(diskFormat: string | null, found: Inspection): Mismatch | null {
  if (diskFormat !== null && amazonFormats.has(diskFormat)) {
    if (rawFormats.has(found.format)) return null;
    if (diskFormat !== 'ami' && packedRamdisks.has(found.format)) return null;
  }
  if (found.diskFormat === null) {
    if (diskFormat === null && found.format === 'ova') return null;
    return {
      sentence: `These bytes are ${article(found.detail)}, not a disk.`,
      remedy:
        found.format === 'ova'
          ? 'Choose the container format ova, or upload the disk inside it alone.'
          : found.containerFormat === 'compressed'
            ? compressedRemedy
            : 'Upload the disk itself.',
    };
  }
  if (diskFormat === null || diskFormat === found.diskFormat) return null;
  if (diskFormat === 'raw' && rawFormats.has(found.format)) return null;
  return {
    sentence: `It is declared ${diskFormat}, but these bytes are ${article(found.detail)}.`,
    remedy: `Set the disk format to ${found.diskFormat}, or convert the image to ${diskFormat} first.`,
  };
}

/**
 * Null when fine; otherwise why these bytes cannot be stored under the declared formats (Glance: 415). Glance looks
 * only into bare containers; so do we, except that an OVA must be an archive and `compressed` must not be a disk.
 * Nothing declared, or nothing to see (no byte has come: Nova activates empty images), is fine.
 */
export function checkDeclared(
  declared: { diskFormat: string | null; containerFormat: string | null },
  found: Inspection,
): Mismatch | null {
  if (found.format === 'unknown') return null;
  const container = declared.containerFormat;
  if (container === null || container === 'bare' || amazonFormats.has(container)) {
    return checkBareDisk(declared.diskFormat, found);
  }
  return checkContainer(container, found);
}
