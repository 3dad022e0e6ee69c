/** Raw disks with a partition table: GPT (UEFI) and MBR. For Glance both are raw. */
import { crc32, hasAscii, hasBytes, u32le, u64le, u8 } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Head, type Warning } from '../inspection.ts';
import { finding, phrase, warningOf } from '../words.ts';

const gptMark = 'EFI PART';
const firstEntry = 446;
const entryBytes = 16;

function hasGpt(bytes: Uint8Array, sectorBytes: number): boolean {
  return hasAscii(bytes, sectorBytes, gptMark);
}

/** A boot sector of a file system carries the same mark; four sensible entries, one of them in use, make a table. */
function hasMbr(bytes: Uint8Array): boolean {
  if (!hasBytes(bytes, 510, [0x55, 0xaa])) return false;
  let used = 0;
  for (let entry = 0; entry < 4; entry += 1) {
    const offset = firstEntry + entry * entryBytes;
    if (u8(bytes, offset) !== 0 && u8(bytes, offset) !== 0x80) return false;
    if (u8(bytes, offset + 4) === 0) continue;
    if (u32le(bytes, offset + 12) === 0) return false;
    used += 1;
  }
  return used > 0;
}

function damagedTable(key: 'warning.partition-checksum' | 'warning.no-boot-sector'): Warning {
  return warningOf('partition-table', phrase(key));
}

function examineGpt({ bytes }: Head, sector: number): Examined {
  const headerBytes = u32le(bytes, sector + 12);
  /** The backup of the header is the last sector of the disk. */
  const describedBytes = (u64le(bytes, sector + 32) + 1) * sector;
  const noted: Warning[] = [];
  const sane = headerBytes >= 92 && headerBytes <= sector && bytes.length >= sector + headerBytes;
  const right =
    sane &&
    crc32(bytes.subarray(sector, sector + headerBytes), 16) === u32le(bytes, sector + 16) &&
    u64le(bytes, sector + 24) === 1;
  if (!right) noted.push(damagedTable('warning.partition-checksum'));
  if (!hasBytes(bytes, 510, [0x55, 0xaa])) {
    noted.push(damagedTable('warning.no-boot-sector'));
  }
  return settledFinding(
    finding(gpt, { warnings: noted, atEnd: { headerBytes: 0, ...(right ? { describedBytes } : {}) } }),
  );
}

export const gpt: Family = {
  format: 'gpt',
  diskFormat: 'raw',
  containerFormat: 'bare',
  detail: 'Raw disk with a GPT partition table',
  matches: (bytes) => hasGpt(bytes, 512),
  examine: (head) => examineGpt(head, 512),
};

/** Disks with sectors of 4 KiB. */
export const gptOnLargeSectors: Family = {
  ...gpt,
  matches: (bytes) => hasGpt(bytes, 4096) && !hasGpt(bytes, 512),
  examine: (head) => examineGpt(head, 4096),
};

export const mbr: Family = {
  format: 'mbr',
  diskFormat: 'raw',
  containerFormat: 'bare',
  detail: 'Raw disk with an MBR partition table',
  matches: (bytes) => !hasGpt(bytes, 512) && !hasGpt(bytes, 4096) && hasMbr(bytes),
  examine: () => settledFinding(finding(mbr, { atEnd: { headerBytes: 0 } })),
};
