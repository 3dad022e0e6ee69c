/** The Parallels and Virtuozzo expandable image, Glance's `ploop`. Facts: QEMU docs/interop/parallels. */
import { hasAscii, u32le, u64le, virtualSizeLimitBytes } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Head, type Refusal } from '../inspection.ts';
import { finding, refusals, warnings } from '../words.ts';

const oldMagic = 'WithoutFreeSpace';
const newMagic = 'WithouFreSpacExt';
const headerBytes = 64;
const inUse = 0x746f6e59;

function refusalOf(bytes: Uint8Array, sizeBytes: number): Refusal | null {
  if (u32le(bytes, 16) !== 2) return refusals.unknownVersion('ploop', u32le(bytes, 16));
  if (sizeBytes > virtualSizeLimitBytes) return refusals.absurdSize('ploop', sizeBytes);
  const clusterSectors = u32le(bytes, 28);
  if (clusterSectors === 0 || clusterSectors > 2 ** 20)
    return refusals.malformed('ploop', 'no-such-cluster-size-exists');
  if (u32le(bytes, 32) * clusterSectors * 512 < sizeBytes) {
    return refusals.malformed('ploop', 'its-block-table-is-too-small-for-the-disk');
  }
  return null;
}

function examine({ bytes }: Head): Examined {
  if (bytes.length < headerBytes) {
    return settledFinding(
      finding(ploop, { refusal: refusals.truncated('ploop', 'its-header-is-not-complete') }),
    );
  }
  const sectors = hasAscii(bytes, 0, newMagic) ? u64le(bytes, 36) : u32le(bytes, 36);
  const sizeBytes = sectors * 512;
  return settledFinding(
    finding(ploop, {
      virtualSizeBytes: sizeBytes <= virtualSizeLimitBytes ? sizeBytes : null,
      refusal: refusalOf(bytes, sizeBytes),
      warnings: u32le(bytes, 44) === inUse ? [warnings.dirty('ploop')] : [],
      atEnd: { minimumBytes: headerBytes + u32le(bytes, 32) * 4 },
    }),
  );
}

export const ploop: Family = {
  format: 'ploop',
  diskFormat: 'ploop',
  containerFormat: 'bare',
  detail: 'ploop (Parallels)',
  matches: (bytes) => hasAscii(bytes, 0, oldMagic) || hasAscii(bytes, 0, newMagic),
  examine,
};
