/** The XML description inside an OVA. Searched, not parsed: nothing in it is ever resolved or expanded. */
import type { Refusal } from '../inspection.ts';
import { virtualSizeLimitBytes } from '../bytes.ts';
import { phrase, printableName, refusals } from '../words.ts';

export const ovfLimitBytes = 512 * 1024;

const remedy = phrase('remedy.one-ova');

function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function isForeign(reference: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(reference) || /[/\\&%]/.test(reference) || reference.includes('..');
}

/** The disk's size when there is just one disk and its unit is plain. */
function readVirtualSize(text: string): number | null {
  const disks = text.match(/<(?:\w{1,64}:)?Disk\s[^<>]*>/g) ?? [];
  const [disk] = disks;
  if (disks.length !== 1 || disk === undefined) return null;
  const capacity = Number(/\bcapacity="(\d{1,16})"/.exec(disk)?.[1] ?? Number.NaN);
  const units = /\bcapacityAllocationUnits="([^"]*)"/.exec(disk)?.[1] ?? 'byte';
  const power = /^\s*byte(?:\s*\*\s*2\^(\d{1,2}))?\s*$/.exec(units);
  if (!Number.isSafeInteger(capacity) || power === null) return null;
  return capacity * 2 ** Number(power[1] ?? 0);
}

export function inspectOvf(bytes: Uint8Array): { refusal: Refusal | null; virtualSizeBytes: number | null } {
  const text = decode(bytes);
  if (/<!(doctype|entity)/i.test(text)) {
    return {
      refusal: refusals.unsafeArchive('entities'),
      virtualSizeBytes: null,
    };
  }
  for (const match of text.matchAll(/\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)) {
    const reference = match[1] ?? match[2] ?? '';
    if (isForeign(reference)) {
      return { refusal: refusals.needsOtherFile(printableName(reference), remedy), virtualSizeBytes: null };
    }
  }
  const virtualSizeBytes = readVirtualSize(text);
  if (virtualSizeBytes !== null && virtualSizeBytes > virtualSizeLimitBytes) {
    return { refusal: refusals.absurdSize('OVF', virtualSizeBytes), virtualSizeBytes: null };
  }
  return { refusal: null, virtualSizeBytes };
}
