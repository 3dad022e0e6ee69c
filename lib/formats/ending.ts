/** What the size of a file and its last bytes say about the verdict from its beginning. */
import { hasAscii, hasBytes, isZero, u32le, u64le } from './bytes.ts';
import { findFixedVhd, readVhdFooter } from './families/vhd.ts';
import type { AtEnd, Finding, Inspection, Refusal, Warning } from './inspection.ts';
import { phrase, refusals, warningOf } from './words.ts';

const sectorBytes = 512;
const vmdkFooterMarker = 3;

/** Formats that a fixed VHD may hold without being two things at once: it is a raw disk with a footer. */
const rawDisks: ReadonlySet<string> = new Set(['raw', 'gpt', 'mbr', 'luks']);

/** The footer repeats the header and counts instead of it, so it must not say anything else. */
function refusalOfVmdkFooter(tail: Uint8Array, header: NonNullable<AtEnd['vmdkFooter']>): Refusal | null {
  const start = tail.length - 3 * sectorBytes;
  const footer = start + sectorBytes;
  const marked = start >= 0 && u32le(tail, start + 8) === 0 && u32le(tail, start + 12) === vmdkFooterMarker;
  if (!marked || !hasAscii(tail, footer, 'KDMV') || !isZero(tail, footer + sectorBytes, sectorBytes)) {
    return refusals.truncated('VMDK', 'its-footer-is-missing');
  }
  const agrees =
    u64le(tail, footer + 12) === header.capacitySectors &&
    u64le(tail, footer + 28) === header.descriptorSector &&
    u64le(tail, footer + 36) === header.descriptorSectors;
  return agrees ? null : refusals.malformed('VMDK', 'header-and-footer-disagree');
}

function refusalAtEnd(
  { detail, atEnd }: Finding,
  totalBytes: number,
  tail: Uint8Array | null,
): Refusal | null {
  if (atEnd.minimumBytes !== undefined && totalBytes < atEnd.minimumBytes) {
    return refusals.truncated(detail, 'only-so-many-bytes', {
      found: { bytes: totalBytes },
      needed: { bytes: atEnd.minimumBytes },
    });
  }
  if (tail === null) return null;
  if (atEnd.vhdFooter && readVhdFooter(tail, tail.length - sectorBytes) === null) {
    return refusals.truncated('VHD', 'its-footer-is-missing');
  }
  if (atEnd.vmdkFooter !== undefined) return refusalOfVmdkFooter(tail, atEnd.vmdkFooter);
  if (atEnd.xzFooter) {
    let end = tail.length;
    while (end >= 4 && isZero(tail, end - 4, 4)) end -= 4;
    if (end >= 2 && !hasBytes(tail, end - 2, [0x59, 0x5a]))
      return refusals.truncated('xz', 'its-last-bytes-are-missing');
  }
  return null;
}

/** @param tail the last bytes of the file; null if they were never seen, then nothing is said about them. */
export function concludeWithEnd(found: Finding, totalBytes: number, tail: Uint8Array | null): Inspection {
  const { atEnd, ...inspection } = found;
  if (inspection.refusal !== null) return inspection;

  const fixedVhd = tail === null || atEnd.vhdFooter ? null : findFixedVhd(tail, totalBytes);
  if (fixedVhd !== null) {
    const { atEnd: _atEnd, ...vhd } = fixedVhd;
    if (rawDisks.has(found.format)) return { ...vhd, warnings: inspection.warnings };
    return { ...inspection, refusal: refusals.severalFormats([found.detail, 'VHD']) };
  }
  const refusal = refusalAtEnd(found, totalBytes, tail);
  if (refusal !== null) return { ...inspection, refusal };
  if (tail !== null && found.format === 'raw' && hasAscii(tail, tail.length - sectorBytes, 'koly')) {
    return {
      ...inspection,
      format: 'dmg',
      diskFormat: null,
      containerFormat: null,
      detail: 'Apple disk image (dmg)',
      refusal: refusals.notServed(phrase('name.dmg'), 'qcow2'),
    };
  }
  const { describedBytes } = atEnd;
  const cutPartitions: Warning[] =
    describedBytes === undefined || describedBytes <= totalBytes
      ? []
      : [
          warningOf(
            'partition-table',
            phrase('warning.cut', { described: { bytes: describedBytes }, found: { bytes: totalBytes } }),
          ),
        ];
  const virtualSizeBytes =
    atEnd.headerBytes === undefined
      ? inspection.virtualSizeBytes
      : Math.max(0, totalBytes - atEnd.headerBytes);
  return { ...inspection, virtualSizeBytes, warnings: [...inspection.warnings, ...cutPartitions] };
}
