/** QEMU Enhanced Disk. Nobody keeps it up any more and Glance bans it; it is known here to say so. */
import { cString, hasAscii, isPowerOfTwo, u32le, u64le, virtualSizeLimitBytes } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Head, type Refusal } from '../inspection.ts';
import { finding, printableName, refusals } from '../words.ts';

const backingFileBit = 1;
const knownFeatureBits = 0b111;
const nameLimitBytes = 1023;

function refusalOf(bytes: Uint8Array): Refusal {
  if (bytes.length < 64) return refusals.truncated('QED', 'its-header-is-not-complete');
  const features = u32le(bytes, 16);
  if (u32le(bytes, 20) !== 0 || (features & ~knownFeatureBits) !== 0) {
    return refusals.unknownFeature('QED', 'bits');
  }
  if ((features & backingFileBit) !== 0) {
    const length = Math.min(u32le(bytes, 60), nameLimitBytes);
    return refusals.needsOtherFile(printableName(cString(bytes, u32le(bytes, 56), length)));
  }
  if (!isPowerOfTwo(u32le(bytes, 4))) return refusals.malformed('QED', 'no-such-cluster-size-exists');
  if (u64le(bytes, 48) > virtualSizeLimitBytes) return refusals.absurdSize('QED', u64le(bytes, 48));
  return refusals.notServed('QED', 'qcow2');
}

function examine({ bytes }: Head): Examined {
  const size = u64le(bytes, 48);
  return settledFinding(
    finding(qed, {
      virtualSizeBytes: bytes.length >= 64 && size <= virtualSizeLimitBytes ? size : null,
      refusal: refusalOf(bytes),
    }),
  );
}

export const qed: Family = {
  format: 'qed',
  diskFormat: null,
  containerFormat: null,
  detail: 'QED',
  matches: (bytes) => hasAscii(bytes, 0, 'QED\0'),
  examine,
};
