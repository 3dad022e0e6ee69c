/** VirtualBox's VDI. */
import { hasBytes, isPowerOfTwo, isZero, u32le, u64le, virtualSizeLimitBytes } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Head, type Refusal } from '../inspection.ts';
import { finding, phrase, refusals } from '../words.ts';

const magic = [0x7f, 0x10, 0xda, 0xbe] as const;
const headerBytes = 512;
const version = 0x0001_0001;
const dynamicType = 1;
const staticType = 2;
const parentRemedy = phrase('remedy.clone-virtualbox');

function refusalOf(bytes: Uint8Array, sizeBytes: number): Refusal | null {
  const type = u32le(bytes, 76);
  if (u32le(bytes, 68) !== version) return refusals.unknownVersion('VDI', u32le(bytes, 68));
  if (type === 3 || type === 4) return refusals.needsOtherFile(null, parentRemedy);
  if (type !== dynamicType && type !== staticType) return refusals.unknownFeature('VDI', 'type', type);
  if (!isZero(bytes, 424, 16) || !isZero(bytes, 440, 16)) return refusals.needsOtherFile(null, parentRemedy);
  if (sizeBytes > virtualSizeLimitBytes) return refusals.absurdSize('VDI', sizeBytes);
  const blockBytes = u32le(bytes, 376);
  const blocks = u32le(bytes, 384);
  if (u32le(bytes, 360) !== 512) return refusals.malformed('VDI', 'no-such-sector-size-exists');
  if (!isPowerOfTwo(blockBytes) || blockBytes < 512)
    return refusals.malformed('VDI', 'no-such-block-size-exists');
  if (blocks * blockBytes < sizeBytes)
    return refusals.malformed('VDI', 'its-block-table-is-too-small-for-the-disk');
  if (u32le(bytes, 388) > blocks) return refusals.malformed('VDI', 'it-holds-more-blocks-than-it-has');
  if (u32le(bytes, 340) < headerBytes || u32le(bytes, 344) < u32le(bytes, 340) + blocks * 4) {
    return refusals.malformed('VDI', 'its-data-begin-inside-its-tables');
  }
  return null;
}

function examine({ bytes }: Head): Examined {
  if (bytes.length < headerBytes) {
    return settledFinding(finding(vdi, { refusal: refusals.truncated('VDI', 'its-header-is-not-complete') }));
  }
  const sizeBytes = Math.ceil(u64le(bytes, 368) / 512) * 512;
  const refusal = refusalOf(bytes, sizeBytes);
  return settledFinding(
    finding(vdi, {
      detail: u32le(bytes, 76) === staticType ? 'VDI fixed' : 'VDI dynamic',
      virtualSizeBytes: sizeBytes <= virtualSizeLimitBytes ? sizeBytes : null,
      refusal,
      // Only dynamic blocks are surely in the file: a fixed one may be sparse at its end where it was copied.
      atEnd: { minimumBytes: u32le(bytes, 344) },
    }),
  );
}

export const vdi: Family = {
  format: 'vdi',
  diskFormat: 'vdi',
  containerFormat: 'bare',
  detail: 'VDI',
  matches: (bytes) => hasBytes(bytes, 64, magic),
  examine,
};
