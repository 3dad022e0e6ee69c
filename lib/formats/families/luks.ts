/** LUKS, the encrypted disk of Linux. For Glance it is a raw disk: whoever boots it must know that it is encrypted. */
import { cString, hasBytes, u16be, u32be, u64be } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Head, type Refusal } from '../inspection.ts';
import { finding, phrase, refusals, warnings } from '../words.ts';

const magic = [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe] as const;
const version1HeaderBytes = 592;
const version2BinaryBytes = 4096;
const detached = phrase('remedy.with-header');

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

interface Luks2Metadata {
  segments?: Record<string, { type?: unknown; offset?: unknown; size?: unknown }>;
}

/** Where the encrypted data of a LUKS2 disk begin, in bytes; null when its description cannot be read. */
function readLuks2DataOffset(json: string): number | null {
  try {
    const metadata = JSON.parse(json) as Luks2Metadata | null;
    const offsets = Object.values(metadata?.segments ?? {}).map((segment) => Number(segment?.offset));
    return offsets.length > 0 && offsets.every(isOffset) ? Math.min(...offsets) : null;
  } catch {
    return null;
  }
}

function examine(head: Head): Examined {
  const { bytes } = head;
  const version = u16be(bytes, 6);
  const known = { detail: `LUKS v${version}`, warnings: [warnings.encrypted('LUKS')] };
  const refuse = (refusal: Refusal): Examined => settledFinding(finding(luks, { ...known, refusal }));
  const cut = (): Examined => refuse(refusals.truncated('LUKS', 'its-header-is-not-complete'));

  if (bytes.length < version1HeaderBytes) return cut();
  if (version === 1) {
    const headerBytes = u32be(bytes, 104) * 512;
    if (headerBytes === 0) return refuse(refusals.needsOtherFile(null, detached));
    if (headerBytes < version1HeaderBytes)
      return refuse(refusals.malformed('LUKS', 'its-data-begin-inside-its-header'));
    return settledFinding(finding(luks, { ...known, atEnd: { headerBytes, minimumBytes: headerBytes } }));
  }
  if (version !== 2) return refuse(refusals.unknownVersion('LUKS', version));

  const metadataBytes = u64be(bytes, 8);
  if (metadataBytes < 16 * 1024 || metadataBytes > 4 * 1024 * 1024 || metadataBytes % 4096 !== 0) {
    return refuse(refusals.malformed('LUKS', 'it-gives-itself-an-impossible-length'));
  }
  if (head.ended && bytes.length < metadataBytes) return cut();
  // A description larger than what is kept of a file is rare; then the size stays unknown, nothing else.
  const json = cString(bytes, version2BinaryBytes, metadataBytes - version2BinaryBytes);
  const whole = bytes.length >= metadataBytes;
  const headerBytes = whole ? readLuks2DataOffset(json) : null;
  if (whole && headerBytes === null)
    return refuse(refusals.malformed('LUKS', 'its-description-cannot-be-read'));
  if (headerBytes === 0) return refuse(refusals.needsOtherFile(null, detached));
  const atEnd =
    headerBytes === null ? { minimumBytes: 2 * metadataBytes } : { headerBytes, minimumBytes: headerBytes };
  return settledFinding(finding(luks, { ...known, atEnd }));
}

export const luks: Family = {
  format: 'luks',
  diskFormat: 'raw',
  containerFormat: 'bare',
  detail: 'LUKS',
  matches: (bytes) => hasBytes(bytes, 0, magic),
  examine,
};
