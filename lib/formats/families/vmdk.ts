/** VMware's VMDK: the sparse one-file kinds are served, everything that names other files is refused. */
import {
  hasAscii,
  hasBytes,
  latin1,
  paddedText,
  u16le,
  u32le,
  u64le,
  virtualSizeLimitBytes,
} from '../bytes.ts';
import {
  settledFinding,
  type AtEnd,
  type Examined,
  type Family,
  type Head,
  type Refusal,
} from '../inspection.ts';
import { finding, phrase, refusalOf, refusals } from '../words.ts';
import { readDescriptor } from './vmdk-descriptor.ts';

const sectorBytes = 512;
/** The descriptor follows the header at once, in every program that writes VMDK. */
const descriptorSector = 1;
const descriptorLimitBytes = 64 * 1024;
/** This grain directory offset means: see the footer. */
const directoryAtEnd = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as const;
const descriptorMark = '# disk descriptorfile';

const pieceOfSeveral = refusalOf(
  'foreign-extent',
  phrase('refusal.piece-of-several'),
  phrase('remedy.vmdk-not-in-pieces'),
);

function refusalOfHeader(bytes: Uint8Array): Refusal | null {
  const version = u32le(bytes, 4);
  const capacityBytes = u64le(bytes, 12) * sectorBytes;
  if (version < 1 || version > 3) return refusals.unknownVersion('VMDK', version);
  if (capacityBytes > virtualSizeLimitBytes) return refusals.absurdSize('VMDK', capacityBytes);
  if (u64le(bytes, 20) === 0 || u64le(bytes, 20) > 2 ** 17)
    return refusals.malformed('VMDK', 'no-such-grain-size-exists');
  if (u32le(bytes, 44) === 0 || u32le(bytes, 44) > 2 ** 16) {
    return refusals.malformed('VMDK', 'its-grain-tables-have-an-impossible-length');
  }
  if (u64le(bytes, 28) === 0) return pieceOfSeveral;
  if (u64le(bytes, 28) !== descriptorSector)
    return refusals.malformed('VMDK', 'its-descriptor-is-not-behind-its-header');
  if (u64le(bytes, 36) === 0 || u64le(bytes, 36) * sectorBytes > descriptorLimitBytes) {
    return refusals.malformed('VMDK', 'its-descriptor-has-an-impossible-length');
  }
  if (u16le(bytes, 77) > 1) return refusals.unknownFeature('VMDK', 'compression', u16le(bytes, 77));
  return null;
}

function examineSparse({ bytes }: Head): Examined {
  const capacitySectors = u64le(bytes, 12);
  const capacityBytes = capacitySectors * sectorBytes;
  const virtualSizeBytes =
    bytes.length >= 20 && capacityBytes <= virtualSizeLimitBytes ? capacityBytes : null;
  const refuse = (refusal: Refusal, detail = 'VMDK'): Examined =>
    settledFinding(finding(vmdk, { detail, refusal, virtualSizeBytes }));

  if (bytes.length < sectorBytes) return refuse(refusals.truncated('VMDK', 'its-header-is-not-complete'));
  const header = refusalOfHeader(bytes);
  if (header !== null) return refuse(header);

  const descriptorSectors = u64le(bytes, 36);
  if (bytes.length < (descriptorSector + descriptorSectors) * sectorBytes) {
    return refuse(refusals.truncated('VMDK', 'its-descriptor-is-not-complete'));
  }
  const text = paddedText(bytes, descriptorSector * sectorBytes, descriptorSectors * sectorBytes);
  if (text === '') return refuse(pieceOfSeveral);
  const descriptor = readDescriptor(text, capacitySectors);
  if (descriptor.refusal !== null) return refuse(descriptor.refusal);

  const footerAtEnd = hasBytes(bytes, 56, directoryAtEnd);
  const atEnd: AtEnd = footerAtEnd
    ? { vmdkFooter: { capacitySectors, descriptorSector, descriptorSectors } }
    : { minimumBytes: u64le(bytes, 56) * sectorBytes + 1 };
  return settledFinding(finding(vmdk, { detail: `VMDK ${descriptor.createType}`, virtualSizeBytes, atEnd }));
}

function examineDescriptor({ bytes }: Head): Examined {
  const { createType, refusal } = readDescriptor(paddedText(bytes, 0, bytes.length), null);
  const detail = `VMDK descriptor${createType === null ? '' : ` (${createType.slice(0, 40).replace(/[^\w]/g, '')})`}`;
  return settledFinding(finding(vmdk, { detail, refusal }));
}

function examine(head: Head): Examined {
  const { bytes } = head;
  if (hasAscii(bytes, 0, 'KDMV')) return examineSparse(head);
  if (isDescriptor(bytes)) return examineDescriptor(head);
  const detail = hasAscii(bytes, 0, 'COWD') ? 'VMDK vmfsSparse' : 'VMDK seSparse';
  return settledFinding(
    finding(vmdk, {
      detail,
      refusal: refusals.needsOtherFile(null, phrase('remedy.export-vmdk')),
    }),
  );
}

function isDescriptor(bytes: Uint8Array): boolean {
  return latin1(bytes, 0, descriptorMark.length).toLowerCase() === descriptorMark;
}

export const vmdk: Family = {
  format: 'vmdk',
  diskFormat: 'vmdk',
  containerFormat: 'bare',
  detail: 'VMDK',
  matches: (bytes) =>
    hasAscii(bytes, 0, 'KDMV') ||
    hasAscii(bytes, 0, 'COWD') ||
    hasBytes(bytes, 0, [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]) ||
    isDescriptor(bytes),
  examine,
};
