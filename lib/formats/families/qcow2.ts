/** QEMU's qcow2 (version 2 and 3) and its forerunner qcow. Facts: QEMU docs/interop/qcow2. */
import {
  cString,
  hasBytes,
  headBytes,
  isZero,
  latin1,
  u32be,
  u64be,
  virtualSizeLimitBytes,
} from '../bytes.ts';
import {
  settledFinding,
  type Examined,
  type Family,
  type Head,
  type Refusal,
  type Warning,
} from '../inspection.ts';
import { finding, phrase, printableName, refusals, warnings } from '../words.ts';

const magic = [0x51, 0x46, 0x49, 0xfb] as const;

const knownIncompatibleBits = 0b1_1111;
const dirtyBit = 1;
const corruptBit = 2;
const externalDataBit = 4;
const compressionTypeBit = 8;
const extendedL2Bit = 16;

const backingFormatExtension = 0xe2792aca;
const externalDataExtension = 0x44415441;
const encryptionExtension = 0x0537be77;

/** QEMU opens no image with a larger first-level table. */
const l1TableLimitBytes = 32 * 1024 * 1024;
const nameLimitBytes = 1023;
const snapshotLimit = 65_536;

/** Header extensions by type, or why they cannot be read. They only ever lie further on, so no chain can loop. */
function readExtensions(bytes: Uint8Array, start: number, end: number): Map<number, Uint8Array> | null {
  const extensions = new Map<number, Uint8Array>();
  let offset = start;
  while (offset + 8 <= end) {
    const type = u32be(bytes, offset);
    const length = u32be(bytes, offset + 4);
    if (type === 0) return extensions;
    if (length > end - offset - 8) return null;
    extensions.set(type, bytes.subarray(offset + 8, offset + 8 + length));
    offset += 8 + Math.ceil(length / 8) * 8;
  }
  return extensions;
}

function refusalOfGeometry(bytes: Uint8Array, version: number, sizeBytes: number): Refusal | null {
  const clusterBits = u32be(bytes, 20);
  const clusterBytes = 2 ** clusterBits;
  const l1Entries = u32be(bytes, 36);
  if (clusterBits < 9 || clusterBits > 21) return refusals.malformed('qcow2', 'no-such-cluster-size-exists');
  if (sizeBytes > virtualSizeLimitBytes) return refusals.absurdSize('qcow2', sizeBytes);
  if (l1Entries * 8 > l1TableLimitBytes)
    return refusals.malformed('qcow2', 'its-first-table-is-larger-than-any-image-needs');
  if (u64be(bytes, 40) % clusterBytes !== 0 || u64be(bytes, 48) % clusterBytes !== 0) {
    return refusals.malformed('qcow2', 'its-tables-do-not-begin-at-a-cluster');
  }
  const entryBytes = version >= 3 && (u32be(bytes, 76) & extendedL2Bit) !== 0 ? 16 : 8;
  if (l1Entries * (clusterBytes / entryBytes) * clusterBytes < sizeBytes) {
    return refusals.malformed('qcow2', 'its-first-table-is-too-small-for-the-disk');
  }
  if (u32be(bytes, 32) > 2) return refusals.unknownFeature('qcow2', 'encryption', u32be(bytes, 32));
  if (u32be(bytes, 60) > snapshotLimit)
    return refusals.malformed('qcow2', 'it-counts-more-snapshots-than-can-be');
  if (version === 3 && u32be(bytes, 96) > 6)
    return refusals.malformed('qcow2', 'no-such-reference-count-width-exists');
  return null;
}

function refusalOfFeatures(bytes: Uint8Array, headerLength: number): Refusal | null {
  const high = u32be(bytes, 72);
  const low = u32be(bytes, 76);
  const unknown = (low & ~knownIncompatibleBits) >>> 0;
  if (high !== 0 || unknown !== 0) {
    const bit = unknown !== 0 ? 31 - Math.clz32(unknown & -unknown) : 63 - Math.clz32(high & -high);
    return refusals.unknownFeature('qcow2', 'bit', bit);
  }
  if ((low & externalDataBit) !== 0) return refusals.keepsDataElsewhere('qcow2');
  if ((low & corruptBit) !== 0) return refusals.damaged('qcow2');
  if ((low & extendedL2Bit) !== 0 && u32be(bytes, 20) < 14) {
    return refusals.malformed('qcow2', 'its-clusters-are-too-small-for-extended-tables');
  }
  const compressionType = headerLength > 104 ? (bytes[104] ?? 0) : 0;
  if (((low & compressionTypeBit) !== 0) !== (compressionType !== 0)) {
    return refusals.malformed('qcow2', 'it-is-unclear-how-its-clusters-are-compressed');
  }
  if (compressionType > 1) return refusals.unknownFeature('qcow2', 'compression', compressionType);
  return null;
}

function refusalOfReferences(bytes: Uint8Array, extensions: Map<number, Uint8Array>): Refusal | null {
  const backingOffset = u64be(bytes, 8);
  if (backingOffset !== 0) {
    const length = Math.min(u32be(bytes, 16), nameLimitBytes);
    return refusals.needsOtherFile(printableName(latin1(bytes, backingOffset, length)));
  }
  if (extensions.has(externalDataExtension)) return refusals.keepsDataElsewhere('qcow2');
  const backingFormat = extensions.get(backingFormatExtension);
  if (backingFormat !== undefined && !isZero(backingFormat, 0, backingFormat.length))
    return refusals.needsOtherFile(null);
  return null;
}

function examineQcow2(head: Head): Examined {
  const { bytes } = head;
  const version = u32be(bytes, 4);
  const detail = `qcow2 v${version}`;
  const refuse = (refusal: Refusal, virtualSizeBytes: number | null = null): Examined =>
    settledFinding(finding(qcow2, { detail, refusal, virtualSizeBytes }));

  if (bytes.length < 72 || (version >= 3 && bytes.length < 104)) {
    return refuse(refusals.truncated('qcow2', 'its-header-is-not-complete'));
  }
  if (version !== 2 && version !== 3) return refuse(refusals.unknownVersion('qcow2', version));

  const sizeBytes = u64be(bytes, 24);
  const virtualSizeBytes = sizeBytes <= virtualSizeLimitBytes ? sizeBytes : null;
  const headerLength = version === 2 ? 72 : u32be(bytes, 100);
  const clusterBytes = 2 ** Math.min(u32be(bytes, 20), 21);
  if (
    headerLength < (version === 2 ? 72 : 104) ||
    headerLength % 8 !== 0 ||
    headerLength > Math.min(clusterBytes, headBytes)
  ) {
    return refuse(refusals.malformed('qcow2', 'it-gives-itself-an-impossible-length'), virtualSizeBytes);
  }

  const features = version === 3 ? refusalOfFeatures(bytes, headerLength) : null;
  if (features !== null) return refuse(features, virtualSizeBytes);
  const geometry = refusalOfGeometry(bytes, version, sizeBytes);
  if (geometry !== null && u64be(bytes, 8) === 0) return refuse(geometry, virtualSizeBytes);

  const extensionsEnd = Math.min(clusterBytes, bytes.length);
  const extensions = readExtensions(bytes, headerLength, extensionsEnd);
  const reference = refusalOfReferences(bytes, extensions ?? new Map());
  if (reference !== null) return refuse(reference, virtualSizeBytes);
  if (extensions === null) {
    const cut = head.ended && bytes.length < clusterBytes;
    return refuse(
      cut
        ? refusals.truncated('qcow2', 'its-header-is-not-complete')
        : refusals.malformed('qcow2', 'an-extension-of-its-header-runs-out-of-it'),
      virtualSizeBytes,
    );
  }

  const noted: Warning[] = [];
  const cryptMethod = u32be(bytes, 32);
  if (cryptMethod !== 0)
    noted.push(warnings.encrypted(cryptMethod === 2 ? 'LUKS' : phrase('warning.old-aes')));
  if (cryptMethod === 2 && extensions.get(encryptionExtension)?.length !== 16) {
    return refuse(
      refusals.malformed('qcow2', 'the-place-of-its-encryption-header-is-missing'),
      virtualSizeBytes,
    );
  }
  if (version === 3 && (u32be(bytes, 76) & dirtyBit) !== 0) noted.push(warnings.dirty('qcow2'));
  const snapshots = u32be(bytes, 60);
  if (snapshots > 0) noted.push(warnings.internalSnapshots(snapshots));

  const minimumBytes = Math.max(
    headerLength,
    u64be(bytes, 40) + u32be(bytes, 36) * 8,
    u64be(bytes, 48) + Math.min(1, u32be(bytes, 56)),
    snapshots > 0 ? u64be(bytes, 64) + 1 : 0,
  );
  return settledFinding(
    finding(qcow2, { detail, virtualSizeBytes, warnings: noted, atEnd: { minimumBytes } }),
  );
}

export const qcow2: Family = {
  format: 'qcow2',
  diskFormat: 'qcow2',
  containerFormat: 'bare',
  detail: 'qcow2',
  matches: (bytes) => hasBytes(bytes, 0, magic) && (bytes.length < 8 || u32be(bytes, 4) !== 1),
  examine: examineQcow2,
};

export const qcow: Family = {
  format: 'qcow',
  diskFormat: null,
  containerFormat: null,
  detail: 'qcow v1',
  matches: (bytes) => hasBytes(bytes, 0, magic) && bytes.length >= 8 && u32be(bytes, 4) === 1,
  examine: ({ bytes }) => {
    const nameLength = Math.min(u32be(bytes, 16), nameLimitBytes);
    const backing = u64be(bytes, 8) === 0 ? null : cString(bytes, u64be(bytes, 8), nameLength);
    const size = u64be(bytes, 24);
    return settledFinding(
      finding(qcow, {
        virtualSizeBytes: bytes.length >= 32 && size <= virtualSizeLimitBytes ? size : null,
        refusal:
          backing === null
            ? refusals.notServed(phrase('name.qcow'), 'qcow2')
            : refusals.needsOtherFile(printableName(backing)),
      }),
    );
  },
};
