/** What somebody says an image is against what its bytes are, as Glance enforces it: a difference is answered 415. */
import type { Phrase } from '../contract/phrases.ts';
import type { Inspection, Refusal } from './inspection.ts';
import { phrase, refusalOf } from './words.ts';

export type Mismatch = Pick<Refusal, 'sentence' | 'remedy' | 'phrases'>;

function mismatch(sentence: Phrase, remedy: Phrase): Mismatch {
  const { code: _code, ...words } = refusalOf('mismatch', sentence, remedy);
  return words;
}

/** The Amazon formats are parts of a machine: any raw bytes, kernel or (packed) ramdisk. */
const amazonFormats = new Set(['ami', 'aki', 'ari']);
const rawFormats = new Set(['raw', 'gpt', 'mbr', 'luks', 'kernel', 'cpio']);
const packedRamdisks = new Set(['gzip', 'xz', 'zstd', 'bzip2', 'lz4']);

/** `a qcow2 v3`, `an xz archive`, `a raw disk`. */
function whatIsFound({ format, detail, containerFormat }: Inspection): Phrase {
  switch (format) {
    case 'raw':
    case 'gpt':
    case 'mbr':
    case 'kernel':
    case 'cpio':
    case 'tar':
      return phrase(`what.${format}`);
    case 'xz':
      return phrase('what.an-archive', { format });
    default:
      if (containerFormat === 'compressed') return phrase('what.archive', { format });
      return phrase(/^[aeio]/i.test(detail) ? 'what.an' : 'what.a', { name: detail });
  }
}

function checkContainer(container: string, found: Inspection): Mismatch | null {
  const what = whatIsFound(found);
  if (container === 'ova' && found.format !== 'ova' && found.format !== 'tar') {
    return mismatch(phrase('mismatch.not-an-ova', { what }), phrase('remedy.bare-or-ova'));
  }
  if (container === 'compressed' && found.containerFormat !== 'compressed' && found.format !== 'raw') {
    return mismatch(phrase('mismatch.not-compressed', { what }), phrase('remedy.bare'));
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
    const remedy =
      found.format === 'ova'
        ? phrase('remedy.ova-or-disk')
        : phrase(found.containerFormat === 'compressed' ? 'remedy.unpack' : 'remedy.disk-itself');
    return mismatch(phrase('mismatch.not-a-disk', { what: whatIsFound(found) }), remedy);
  }
  if (diskFormat === null || diskFormat === found.diskFormat) return null;
  if (diskFormat === 'raw' && rawFormats.has(found.format)) return null;
  return mismatch(
    phrase('mismatch.declared', { declared: diskFormat, what: whatIsFound(found) }),
    phrase('remedy.declare', { found: found.diskFormat, declared: diskFormat }),
  );
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
