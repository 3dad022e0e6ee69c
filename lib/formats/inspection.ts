/** What an examination of bytes can say. Everything here is plain JSON, so that it can lie in a database. */
import type { DiskFormat } from '#lib/contract/common.ts';
import type { Phrase } from '#lib/contract/phrases.ts';

export type GlanceDiskFormat = DiskFormat;

export type DetectedFormat =
  | 'unknown'
  | 'raw'
  | 'gpt'
  | 'mbr'
  | 'luks'
  | 'iso'
  | 'qcow'
  | 'qcow2'
  | 'qed'
  | 'vmdk'
  | 'vhd'
  | 'vhdx'
  | 'vdi'
  | 'ploop'
  | 'dmg'
  | 'kernel'
  | 'cpio'
  | 'tar'
  | 'ova'
  | 'zip'
  | '7z'
  | 'gzip'
  | 'xz'
  | 'zstd'
  | 'bzip2'
  | 'lz4';

export interface Refusal {
  /** Stable, for programs: `needs-other-file`, `truncated`, … (see words.ts). */
  code: string;
  /** What is wrong, for the person who uploads. */
  sentence: string;
  /** What to do about it. */
  remedy: string;
  /** The same for readers of other languages. */
  phrases: { sentence: Phrase; remedy: Phrase };
}

export interface Warning {
  code: string;
  sentence: string;
  phrase: Phrase;
}

export interface Inspection {
  /** `unknown`: too few bytes so far, or none at all. */
  format: DetectedFormat;
  /** Under which disk_format Glance would keep these bytes; null when they are no disk (archives, foreign formats). */
  diskFormat: GlanceDiskFormat | null;
  containerFormat: 'bare' | 'ova' | 'compressed' | null;
  /** For people: `qcow2 v3`, `VMDK streamOptimized`, … */
  detail: string;
  /** What the guest sees, in bytes. Null: unknown, or not known before the end. */
  virtualSizeBytes: number | null;
  refusal: Refusal | null;
  warnings: Warning[];
}

/** A stretch of the file that an examination wants to see next, in bytes. */
export interface Want {
  offset: number;
  length: number;
}

/** What only the end of the file can settle. */
export interface AtEnd {
  /** A file with fewer bytes than this is cut. */
  minimumBytes?: number;
  /** The virtual size is the size of the file less this many bytes. */
  headerBytes?: number;
  /** A dynamic VHD repeats its first 512 bytes as its last. */
  vhdFooter?: true;
  /** A VMDK whose grain directory lies at the end repeats its header there; these fields must agree. */
  vmdkFooter?: { capacitySectors: number; descriptorSector: number; descriptorSectors: number };
  /** The partition table describes a disk of this size; a smaller file is worth a warning. */
  describedBytes?: number;
  /** An xz stream ends with its own magic. */
  xzFooter?: true;
}

/** A verdict from the beginning of the file, with what its end still has to prove. */
export interface Finding extends Inspection {
  atEnd: AtEnd;
}

/** Walks a file beyond its first bytes. State is plain JSON; `next` is what it wants to see, null when it has seen enough. */
export interface Follow {
  family: 'vhdx' | 'tar';
  next: Want;
  state: unknown;
}

export interface Examined {
  finding: Finding;
  follow: Follow | null;
}

/** The beginning of a file: `headBytes` of it, or all of it when `ended`. */
export interface Head {
  bytes: Uint8Array;
  ended: boolean;
}

/** One format family of the table. Neither function throws, whatever the bytes. */
export interface Family {
  /** Whether these bytes carry the family's mark. */
  matches(bytes: Uint8Array): boolean;
  /** Called on bytes that match, once `headBytes` of them or all of them are there. */
  examine(head: Head): Examined;
  /** Shown as soon as the mark is seen. */
  format: DetectedFormat;
  diskFormat: GlanceDiskFormat | null;
  containerFormat: Inspection['containerFormat'];
  detail: string;
}

export function settledFinding(finding: Finding): Examined {
  return { finding, follow: null };
}
