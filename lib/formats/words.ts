/**
 * The refusals and warnings: what is wrong, then what to do. Written for the tenant who uploads. The words themselves lie
 * with those of the console, in `lib/i18n/en/formats.json`.
 */
import type { Phrase } from '../contract/phrases.ts';
import { inEnglish, type FormatsKey } from '../i18n/in-english.ts';
import type formats from '../i18n/en/formats.json';
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

/** The last part of a foreign file's name, safe to print; null when nothing readable is left of it. */
export function printableName(name: string): string | null {
  const base = name.startsWith('json:') ? '' : (name.split(/[/\\]/).pop() ?? '');
  const printable = base.replace(/[^\x20-\x7e]/g, '').trim();
  return printable === '' ? null : printable.length > 64 ? `${printable.slice(0, 63)}…` : printable;
}

export function phrase(key: FormatsKey, values?: Phrase['values']): Phrase {
  return { key: `formats.${key}`, ...(values && { values }) };
}

/** `code` for programs; both phrases also in English, for those who cannot look them up. */
export function refusalOf(code: string, sentence: Phrase, remedy: Phrase): Refusal {
  return {
    code,
    sentence: inEnglish(sentence),
    remedy: inEnglish(remedy),
    phrases: { sentence, remedy },
  };
}

export function warningOf(code: string, sentence: Phrase): Warning {
  return { code, sentence: inEnglish(sentence), phrase: sentence };
}

type Flaw = keyof (typeof formats)['flaw'];
type Missing = keyof (typeof formats)['missing'];
type Feature = keyof (typeof formats)['feature'];
type ArchiveFault = keyof (typeof formats)['archive'];

/** The command says `it.qcow2` where the name of the file belongs, which is not known here. */
const flattenCommand = 'qemu-img convert -O qcow2 it.qcow2 flat.qcow2';

/** `what` of an archive, with the name of the entry where it has one that can be shown. */
export type NamedFault = Extract<
  ArchiveFault,
  'fixed-place' | 'outside' | 'link' | 'device' | 'unknown-kind'
>;

export const refusals = {
  needsOtherFile: (
    name: string | null,
    remedy: Phrase = phrase('remedy.flatten', { command: flattenCommand }),
  ): Refusal =>
    refusalOf(
      'needs-other-file',
      name === null ? phrase('refusal.needs-unnamed-file') : phrase('refusal.needs-other-file', { name }),
      remedy,
    ),
  keepsDataElsewhere: (format: string): Refusal =>
    refusalOf('external-data', phrase('refusal.external-data', { format }), phrase('remedy.to-one-file')),
  unknownFeature: (format: string, feature: Feature, value: number | string = ''): Refusal =>
    refusalOf(
      'unknown-feature',
      phrase('refusal.unknown-feature', {
        format,
        feature: phrase(`feature.${feature}`, { number: value, name: value }),
      }),
      phrase('remedy.to-plain', { format }),
    ),
  unknownVersion: (format: string, version: number): Refusal =>
    refusalOf(
      'unknown-version',
      phrase('refusal.unknown-version', { format, version: String(version) }),
      phrase('remedy.check-source'),
    ),
  truncated: (format: string, missing: Missing, values?: Phrase['values']): Refusal =>
    refusalOf(
      'truncated',
      phrase('refusal.truncated', { format, missing: phrase(`missing.${missing}`, values) }),
      phrase('remedy.fetch-again'),
    ),
  malformed: (format: string, flaw: Flaw): Refusal =>
    refusalOf(
      'malformed',
      phrase('refusal.malformed', { format, flaw: phrase(`flaw.${flaw}`) }),
      phrase('remedy.convert-again'),
    ),
  absurdSize: (format: string, bytes: number): Refusal =>
    refusalOf(
      'absurd-size',
      phrase('refusal.absurd-size', {
        format,
        size: bytes >= 2 ** 63 ? phrase('size.beyond') : { bytes },
        largest: { bytes: virtualSizeLimitBytes },
      }),
      phrase('remedy.right-size'),
    ),
  severalFormats: (names: readonly string[]): Refusal =>
    refusalOf(
      'several-formats',
      phrase('refusal.several-formats', {
        formats: names
          .slice(1)
          .reduce<string | Phrase>((first, second) => phrase('and.pair', { first, second }), names[0] ?? ''),
      }),
      phrase('remedy.choose-one'),
    ),
  notServed: (format: string | Phrase, target: string): Refusal =>
    refusalOf(
      'not-served',
      phrase('refusal.not-served', { format }),
      phrase('remedy.convert', { command: `qemu-img convert -O ${target}` }),
    ),
  notClosed: (format: string): Refusal =>
    refusalOf('not-closed', phrase('refusal.not-closed', { format }), phrase('remedy.close')),
  damaged: (format: string): Refusal =>
    refusalOf('damaged', phrase('refusal.damaged', { format }), phrase('remedy.repair')),
  unsafeArchive: (fault: ArchiveFault, values?: Phrase['values']): Refusal =>
    refusalOf(
      'unsafe-archive',
      phrase('refusal.unsafe-archive', { what: phrase(`archive.${fault}`, values) }),
      phrase('remedy.pack-again'),
    ),
  unsafeEntry: (fault: NamedFault, name: string): Refusal => {
    const shown = printableName(name);
    return shown === null
      ? refusals.unsafeArchive(`nameless-${fault}`)
      : refusals.unsafeArchive(fault, { name: shown });
  },
} as const;

export const warnings = {
  encrypted: (how: string | Phrase): Warning => warningOf('encrypted', phrase('warning.encrypted', { how })),
  dirty: (format: string): Warning => warningOf('dirty', phrase('warning.dirty', { format })),
  internalSnapshots: (count: number): Warning =>
    warningOf(
      'internal-snapshots',
      count === 1 ? phrase('warning.snapshot') : phrase('warning.snapshots', { count }),
    ),
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
