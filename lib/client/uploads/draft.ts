import { checkDeclared } from '#lib/formats/declared.ts';
import type { Mismatch } from '#lib/formats/declared.ts';
import type { Inspection } from '#lib/formats/inspection.ts';
import type { Phrase } from '#lib/contract/phrases.ts';
import type { UploadView } from '#lib/contract/uploads.ts';
import { shellWord } from '../shell-command.ts';
import { writeFingerprint } from './fingerprint.ts';
import type { FileFingerprint } from './fingerprint.ts';
import { recogniseUpload } from './recognise.ts';
import type { Recognised } from './recognise.ts';
import { expectedHashOf } from './sha512sums.ts';
import type { ExpectedHashes } from './sha512sums.ts';
import type { ResumeOrder, UploadOrder } from './task.ts';

/** A file in the sheet, before anything of it was sent. */
export interface DraftFile {
  readonly id: number;
  readonly file: File;
  readonly name: string;
  /** Null while its first bytes are read; false when they cannot be. */
  readonly read: { inspection: Inspection; fingerprint: FileFingerprint } | false | null;
  /** What the person said about an unfinished upload of the same file; null: nothing yet. */
  readonly goOn: boolean | null;
}

/** What the card says about a file: `goes-on` and `changed` know an unfinished upload of the server. */
export type Verdict =
  | { kind: 'reading' | 'unreadable' | 'empty' | 'safe' }
  /** `hasOddSize`: a raw disk that ends within a sector. */
  | { kind: 'warned'; warnings: readonly Phrase[]; hasOddSize: boolean }
  /** `command`: what the remedy is in a shell, where it is one command. */
  | { kind: 'refused'; sentence: Phrase; remedy: Phrase; command: string | null }
  | { kind: 'goes-on' | 'changed'; upload: UploadView };

export function verdictOf(draft: DraftFile, uploads: readonly UploadView[]): Verdict {
  if (draft.read === null) return { kind: 'reading' };
  if (draft.read === false) return { kind: 'unreadable' };
  if (draft.file.size === 0) return { kind: 'empty' };
  const known = recognised(draft, uploads);
  if (known !== null && goesOn(draft, known)) return { kind: 'goes-on', upload: known.upload };
  const { refusal, warnings } = draft.read.inspection;
  // The server's own rule for an image that declares nothing, as those of the console do.
  const refused =
    refusal ?? checkDeclared({ diskFormat: null, containerFormat: null }, draft.read.inspection);
  if (refused !== null) return refusalOf(refused, draft.file.name);
  if (known?.likeness === 'changed' && draft.goOn === null) return { kind: 'changed', upload: known.upload };
  const hasOddSize = draft.read.inspection.format === 'raw' && draft.file.size % sectorBytes !== 0;
  if (warnings.length > 0 || hasOddSize) {
    return { kind: 'warned', warnings: warnings.map(({ phrase }) => phrase), hasOddSize };
  }
  return { kind: 'safe' };
}

const sectorBytes = 512;

/** The rules of formats do not know what the file is called, and write `it.qcow2` in a command that is whole otherwise. */
function refusalOf({ phrases: { sentence, remedy } }: Mismatch, fileName: string): Verdict {
  const whole = remedy.values?.command;
  if (typeof whole !== 'string' || !whole.includes(' it.qcow2 ')) {
    return { kind: 'refused', sentence, remedy, command: null };
  }
  const command = whole.replace('it.qcow2', () => shellWord(fileName));
  const named = { ...remedy, values: { ...remedy.values, command } };
  return { kind: 'refused', sentence, remedy: named, command };
}

/** The unfinished upload of this file, whether it is gone on with or not. */
export function recognised(draft: DraftFile, uploads: readonly UploadView[]): Recognised | null {
  return draft.read ? recogniseUpload(uploads, draft.file.size, draft.read.fingerprint) : null;
}

function goesOn(draft: DraftFile, known: Recognised): boolean {
  return draft.goOn ?? known.likeness === 'same';
}

export function isReady(verdict: Verdict): boolean {
  return ['safe', 'warned', 'goes-on', 'changed'].includes(verdict.kind);
}

/** What is decided for all files of the sheet together. */
export interface SharedWishes {
  stores: readonly string[];
  visibility: string;
  tags: readonly string[];
  protect: boolean;
  hashes: ExpectedHashes;
  /** Name of this browser. */
  client: string;
}

export interface Orders {
  fresh: UploadOrder[];
  resumed: ResumeOrder[];
}

export function toOrders(
  drafts: readonly DraftFile[],
  uploads: readonly UploadView[],
  wishes: SharedWishes,
): Orders {
  const orders: Orders = { fresh: [], resumed: [] };
  for (const draft of drafts) {
    const verdict = verdictOf(draft, uploads);
    if (!isReady(verdict) || !draft.read) continue;
    if (verdict.kind === 'goes-on') {
      orders.resumed.push(resumeOrderOf(draft.file, verdict.upload));
      continue;
    }
    const sha512 = expectedHashOf(wishes.hashes, draft.file.name, drafts.length);
    orders.fresh.push({
      file: draft.file,
      name: draft.name,
      stores: wishes.stores,
      metadata: {
        fingerprint: writeFingerprint(draft.read.fingerprint),
        client: wishes.client,
        visibility: wishes.visibility,
        protected: String(wishes.protect),
        ...(wishes.tags.length > 0 && { tags: wishes.tags.join(',') }),
        ...(sha512 !== null && { sha512 }),
      },
    });
  }
  return orders;
}

export function resumeOrderOf(file: File, upload: UploadView): ResumeOrder {
  return {
    file,
    uploadId: upload.id,
    url: upload.url,
    imageId: upload.image_id,
    name: upload.name,
    stores: upload.stores.map(({ store }) => store),
    offsetBytes: upload.offset_bytes,
  };
}

/** Bytes that are still to be sent for what is ready. */
export function bytesToSend(drafts: readonly DraftFile[], uploads: readonly UploadView[]): number {
  return drafts.reduce((sum, draft) => {
    const verdict = verdictOf(draft, uploads);
    if (!isReady(verdict)) return sum;
    return sum + draft.file.size - (verdict.kind === 'goes-on' ? verdict.upload.offset_bytes : 0);
  }, 0);
}
