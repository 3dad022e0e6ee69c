/** Microsoft's VHD. A fixed one is raw bytes with a footer, a dynamic one begins with a copy of its footer. */
import {
  hasAscii,
  isPowerOfTwo,
  isZero,
  latin1,
  u16be,
  u32be,
  u64be,
  u8,
  virtualSizeLimitBytes,
} from '../bytes.ts';
import {
  settledFinding,
  type Examined,
  type Family,
  type Finding,
  type Head,
  type Refusal,
} from '../inspection.ts';
import { finding, phrase, refusals } from '../words.ts';

const cookie = 'conectix';
const footerBytes = 512;
const dynamicHeaderBytes = 1024;
const fixedType = 2;
const dynamicType = 3;
const differencingType = 4;
/** The largest geometry: a disk that shows it has outgrown geometry and means its size field. */
const largestGeometrySectors = 65_535 * 16 * 255;
/** These programs mean the size field; all others, as Virtual PC did, mean the geometry (so does QEMU). */
const creatorsBySize = new Set(['win ', 'qem2', 'd2v ', 'tap\0', 'CTXS']);
const remedyForParent = phrase('remedy.merge-hyperv');

/** One's complement of the sum of all bytes but the four of the sum itself. */
function hasRightChecksum(bytes: Uint8Array, offset: number, length: number, sumOffset: number): boolean {
  let sum = 0;
  for (let index = offset; index < offset + length; index += 1) {
    if (index < offset + sumOffset || index >= offset + sumOffset + 4) sum += u8(bytes, index);
  }
  return ~sum >>> 0 === u32be(bytes, offset + sumOffset);
}

export interface VhdFooter {
  type: number;
  currentSizeBytes: number;
  virtualSizeBytes: number;
  dataOffset: number;
}

/** Null when these 512 bytes are no footer whose checksum is right. */
export function readVhdFooter(bytes: Uint8Array, offset: number): VhdFooter | null {
  if (bytes.length < offset + footerBytes || !hasAscii(bytes, offset, cookie)) return null;
  if (!hasRightChecksum(bytes, offset, footerBytes, 64)) return null;
  const geometrySectors = u16be(bytes, offset + 56) * u8(bytes, offset + 58) * u8(bytes, offset + 59);
  const currentSizeBytes = u64be(bytes, offset + 48);
  const bySize =
    creatorsBySize.has(latin1(bytes, offset + 28, 4)) ||
    geometrySectors === 0 ||
    geometrySectors >= largestGeometrySectors;
  return {
    type: u32be(bytes, offset + 60),
    currentSizeBytes,
    virtualSizeBytes: bySize ? currentSizeBytes : geometrySectors * 512,
    dataOffset: u64be(bytes, offset + 16),
  };
}

function refusalOfDynamic(bytes: Uint8Array, footer: VhdFooter): Refusal | null {
  if (footer.type === differencingType) return refusals.needsOtherFile(null, remedyForParent);
  if (footer.type !== dynamicType) return refusals.malformed('VHD', 'it-is-of-no-known-type');
  const start = footer.dataOffset;
  if (start < footerBytes || start % footerBytes !== 0 || start > 64 * 1024) {
    return refusals.malformed('VHD', 'its-second-header-lies-nowhere');
  }
  if (bytes.length < start + dynamicHeaderBytes)
    return refusals.truncated('VHD', 'its-second-header-is-not-complete');
  if (!hasAscii(bytes, start, 'cxsparse') || !hasRightChecksum(bytes, start, dynamicHeaderBytes, 36)) {
    return refusals.malformed('VHD', 'its-second-header-is-damaged');
  }
  if (!isZero(bytes, start + 40, 16) || !isZero(bytes, start + 576, 8 * 24)) {
    return refusals.needsOtherFile(null, remedyForParent);
  }
  const blockBytes = u32be(bytes, start + 32);
  if (!isPowerOfTwo(blockBytes) || blockBytes < 512)
    return refusals.malformed('VHD', 'no-such-block-size-exists');
  if (u32be(bytes, start + 28) * blockBytes < footer.virtualSizeBytes) {
    return refusals.malformed('VHD', 'its-block-table-is-too-small-for-the-disk');
  }
  return null;
}

function examine({ bytes }: Head): Examined {
  const detail = 'VHD dynamic';
  const refuse = (refusal: Refusal, virtualSizeBytes: number | null = null): Examined =>
    settledFinding(finding(vhd, { detail, refusal, virtualSizeBytes }));
  if (bytes.length < footerBytes) return refuse(refusals.truncated('VHD', 'its-header-is-not-complete'));
  const footer = readVhdFooter(bytes, 0);
  if (footer === null) return refuse(refusals.malformed('VHD', 'its-checksum-is-wrong'));
  const larger = Math.max(footer.virtualSizeBytes, footer.currentSizeBytes);
  if (larger > virtualSizeLimitBytes) return refuse(refusals.absurdSize('VHD', larger));
  const { virtualSizeBytes } = footer;
  if (footer.type === fixedType && bytes.length === footerBytes) {
    return refuse(refusals.truncated('VHD', 'only-its-footer-is-there'), virtualSizeBytes);
  }
  const refusal = refusalOfDynamic(bytes, footer);
  if (refusal !== null) return refuse(refusal, virtualSizeBytes);
  const tableStart = u64be(bytes, footer.dataOffset + 16);
  const tableBytes = u32be(bytes, footer.dataOffset + 28) * 4;
  if (tableStart < footerBytes)
    return refuse(refusals.malformed('VHD', 'its-block-table-lies-nowhere'), virtualSizeBytes);
  const atEnd = { minimumBytes: tableStart + tableBytes + footerBytes, vhdFooter: true } as const;
  return settledFinding(finding(vhd, { detail, virtualSizeBytes, atEnd }));
}

/** What a footer at the end makes of a file that began as nothing but raw bytes. Null: no footer there. */
export function findFixedVhd(tail: Uint8Array, totalBytes: number): Finding | null {
  const footer = readVhdFooter(tail, tail.length - footerBytes);
  if (footer === null) return null;
  const known = { detail: 'VHD fixed', virtualSizeBytes: footer.virtualSizeBytes };
  const refuse = (refusal: Refusal): Finding => finding(vhd, { ...known, virtualSizeBytes: null, refusal });
  if (footer.type === differencingType) return refuse(refusals.needsOtherFile(null, remedyForParent));
  if (footer.type !== fixedType) return refuse(refusals.truncated('VHD', 'its-beginning-is-missing'));
  if (footer.currentSizeBytes > virtualSizeLimitBytes)
    return refuse(refusals.absurdSize('VHD', footer.currentSizeBytes));
  if (
    footer.currentSizeBytes > totalBytes - footerBytes ||
    footer.virtualSizeBytes > totalBytes - footerBytes
  ) {
    return refuse(refusals.truncated('VHD', 'its-footer-speaks-of-more-bytes-than-there-are'));
  }
  return finding(vhd, known);
}

export const vhd: Family = {
  format: 'vhd',
  diskFormat: 'vhd',
  containerFormat: 'bare',
  detail: 'VHD',
  matches: (bytes) => hasAscii(bytes, 0, cookie),
  examine,
};
