/** The sentences of refusals and warnings: what is wrong, then what to do. Written for the tenant who uploads. */
import { virtualSizeLimitBytes } from './bytes.ts';
import type {
  AtEnd,
  DetectedFormat,
  Family,
  Finding,
  GlanceDiskFormat,
  Refusal,
  Warning,
} from './inspection.ts';

/** Bytes as people read them: IEC units, one decimal. */
export function sizeInWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const unit = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** The last part of a foreign file's name, safe to print; null when nothing readable is left of it. */
export function printableName(name: string): string | null {
  const base = name.startsWith('json:') ? '' : (name.split(/[/\\]/).pop() ?? '');
  const printable = base.replace(/[^\x20-\x7e]/g, '').trim();
  return printable === '' ? null : printable.length > 64 ? `${printable.slice(0, 63)}…` : printable;
}

export const refusals = {
  needsOtherFile: (
    name: string | null,
    remedy = 'Flatten it first: qemu-img convert -O qcow2 it.qcow2 flat.qcow2, then upload the result.',
  ): Refusal => ({
    code: 'needs-other-file',
    sentence:
      name === null
        ? 'It needs another file to be complete.'
        : `It needs another file, ${name}, to be complete.`,
    remedy,
  }),
  keepsDataElsewhere: (format: string): Refusal => ({
    code: 'external-data',
    sentence: `Its data lie in another file: this ${format} only describes them.`,
    remedy: `Convert it to one file with qemu-img convert on the machine where both files are, then upload the result.`,
  }),
  unknownFeature: (format: string, feature: string): Refusal => ({
    code: 'unknown-feature',
    sentence: `It uses a feature of ${format} that is not known here (${feature}), so nobody can say what it would read.`,
    remedy: `Convert it with a current qemu-img to a plain ${format} image, then upload the result.`,
  }),
  unknownVersion: (format: string, version: number): Refusal => ({
    code: 'unknown-version',
    sentence: `It calls itself ${format} version ${version}, which does not exist.`,
    remedy: `Check where the file comes from, or convert it again from its source.`,
  }),
  truncated: (format: string, missing: string): Refusal => ({
    code: 'truncated',
    sentence: `This ${format} file ends too early: ${missing}.`,
    remedy: `Download or export it again, compare its size and checksum with the source, then upload it.`,
  }),
  malformed: (format: string, what: string): Refusal => ({
    code: 'malformed',
    sentence: `Its ${format} header contradicts itself: ${what}.`,
    remedy: `Convert it again from its source; if it was always like this, do not run it.`,
  }),
  absurdSize: (format: string, bytes: number): Refusal => ({
    code: 'absurd-size',
    sentence: `Its ${format} header claims a disk of ${bytes >= 2 ** 63 ? 'more than 8 EiB' : sizeInWords(bytes)}; the largest that is kept here is ${sizeInWords(virtualSizeLimitBytes)}.`,
    remedy: `Create the image with the size that the machine really needs, and upload that.`,
  }),
  severalFormats: (names: readonly string[]): Refusal => ({
    code: 'several-formats',
    sentence: `These bytes are several formats at once: ${names.join(' and ')}. Programs would disagree about what is on the disk.`,
    remedy: `Convert the one that you mean into a new file with qemu-img convert -f and its format, then upload that.`,
  }),
  notServed: (format: string, target: string): Refusal => ({
    code: 'not-served',
    sentence: `This is ${format}, which no hypervisor here runs.`,
    remedy: `Convert it with qemu-img convert -O ${target}, then upload the result.`,
  }),
  notClosed: (format: string): Refusal => ({
    code: 'not-closed',
    sentence: `This ${format} was not closed cleanly: changes still wait in its log and could alter the disk when it is opened.`,
    remedy: `Open and close it once with the program that wrote it, or convert it with qemu-img, then upload it again.`,
  }),
  damaged: (format: string): Refusal => ({
    code: 'damaged',
    sentence: `The program that wrote this ${format} has marked it as damaged.`,
    remedy: `Repair it with qemu-img check -r all, or take an older copy.`,
  }),
  unsafeArchive: (what: string): Refusal => ({
    code: 'unsafe-archive',
    sentence: `The archive ${what}.`,
    remedy: `Pack it again with plain files in one folder only, then upload it.`,
  }),
} as const;

export const warnings = {
  encrypted: (how: string): Warning => ({
    code: 'encrypted',
    sentence: `It is encrypted (${how}): it starts only where its key is known.`,
  }),
  dirty: (format: string): Warning => ({
    code: 'dirty',
    sentence: `This ${format} was still open when it was copied; check it before you rely on it.`,
  }),
  internalSnapshots: (count: number): Warning => ({
    code: 'internal-snapshots',
    sentence: `It carries ${count === 1 ? 'a snapshot' : `${count} snapshots`} of its own: old contents go along with the image.`,
  }),
} as const;

/** A finding of a family, with the family's own words where nothing more is known. */
export function finding(
  family: Pick<Family, 'format' | 'diskFormat' | 'containerFormat' | 'detail'>,
  known: {
    format?: DetectedFormat;
    diskFormat?: GlanceDiskFormat | null;
    containerFormat?: Finding['containerFormat'];
    detail?: string;
    virtualSizeBytes?: number | null;
    refusal?: Refusal | null;
    warnings?: Warning[];
    atEnd?: AtEnd;
  } = {},
): Finding {
  return {
    format: family.format,
    diskFormat: family.diskFormat,
    containerFormat: family.containerFormat,
    detail: family.detail,
    virtualSizeBytes: null,
    refusal: null,
    warnings: [],
    atEnd: {},
    ...known,
  };
}
