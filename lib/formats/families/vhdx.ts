/** Microsoft's VHDX: headers, region table and metadata lie apart from each other, so they are read one after the other. */
import { crc32c, hasAscii, isZero, latin1, u16le, u32le, u64le, virtualSizeLimitBytes } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Follow, type Refusal } from '../inspection.ts';
import { finding, phrase, refusals } from '../words.ts';

const KiB = 1024;
const headerBytes = 4 * KiB;
const headerOffsets = [64 * KiB, 128 * KiB] as const;
const tableBytes = 64 * KiB;
const regionTableOffset = 192 * KiB;
const firstRegionOffset = 1024 * KiB;
const entryLimit = 2047;
/** Where the items of the metadata lie apart further than this, nobody wrote them to be read. */
const itemsLimitBytes = 64 * KiB;
const parentRemedy = phrase('remedy.merge-hyperv');

const regions = {
  bat: '2dc27766-f623-4200-9d64-115e9bfd4a08',
  metadata: '8b7ca206-4790-4b9a-b8fe-575f050f886e',
};
const items = {
  fileParameters: 'caa16737-fa36-4d43-b3b6-33f0aa44e76b',
  diskSize: '2fa54224-cd1b-4876-b211-5dbed83bf4b8',
  diskId: 'beca12ab-b2e6-4523-93ef-c309e000c746',
  logicalSector: '8141bf1d-a96f-4709-ba47-f233a8faab5f',
  physicalSector: 'cda348c7-445d-4471-9cc9-e9885251c556',
  parentLocator: 'a8d35f2d-b30b-454d-abf7-d3d84834ab0c',
};
const knownItems = new Set(Object.values(items));
const requiredItemBit = 4;

type State =
  | { step: 'header'; index: 0 | 1; sequence: number; logged: boolean }
  | { step: 'regions' }
  | { step: 'metadata'; offset: number; minimumBytes: number }
  | { step: 'items'; first: number; fileParameters: number; diskSize: number; minimumBytes: number };

/** Microsoft's mixed order: three little-endian groups, then bytes as they are. */
function guid(bytes: Uint8Array, offset: number): string {
  const hex = (positions: number[]) =>
    positions.map((position) => (bytes[offset + position] ?? 0).toString(16).padStart(2, '0')).join('');
  return [hex([3, 2, 1, 0]), hex([5, 4]), hex([7, 6]), hex([8, 9]), hex([10, 11, 12, 13, 14, 15])].join('-');
}

function proceed(next: { offset: number; length: number }, state: State): Examined {
  return { finding: finding(vhdx), follow: { family: 'vhdx', next, state } };
}

function refuse(refusal: Refusal, virtualSizeBytes: number | null = null): Examined {
  return settledFinding(finding(vhdx, { refusal, virtualSizeBytes }));
}

/** The valid header with the higher sequence number counts. */
function readHeader(bytes: Uint8Array, state: Extract<State, { step: 'header' }>): Examined {
  const valid = hasAscii(bytes, 0, 'head') && crc32c(bytes, 4) === u32le(bytes, 4);
  const newer = valid && u64le(bytes, 8) >= state.sequence;
  if (newer && u16le(bytes, 66) !== 1) return refuse(refusals.unknownVersion('VHDX', u16le(bytes, 66)));
  const sequence = newer ? u64le(bytes, 8) : state.sequence;
  const logged = newer ? !isZero(bytes, 48, 16) : state.logged;
  if (state.index === 0) {
    return proceed(
      { offset: headerOffsets[1], length: headerBytes },
      { step: 'header', index: 1, sequence, logged },
    );
  }
  if (sequence < 0) return refuse(refusals.malformed('VHDX', 'none-of-its-two-headers-has-a-right-checksum'));
  if (logged) return refuse(refusals.notClosed('VHDX'));
  return proceed({ offset: regionTableOffset, length: tableBytes }, { step: 'regions' });
}

function readRegions(bytes: Uint8Array): Examined {
  if (!hasAscii(bytes, 0, 'regi') || crc32c(bytes, 4) !== u32le(bytes, 4)) {
    return refuse(refusals.malformed('VHDX', 'the-checksum-of-its-region-table-is-wrong'));
  }
  const count = u32le(bytes, 8);
  if (count > entryLimit)
    return refuse(refusals.malformed('VHDX', 'its-region-table-is-longer-than-it-can-be'));
  let metadata: number | null = null;
  let minimumBytes = 0;
  for (let index = 0; index < count; index += 1) {
    const entry = 16 + index * 32;
    const name = guid(bytes, entry);
    minimumBytes = Math.max(minimumBytes, u64le(bytes, entry + 16) + u32le(bytes, entry + 24));
    if (name === regions.metadata) metadata = u64le(bytes, entry + 16);
    else if (name !== regions.bat && (u32le(bytes, entry + 28) & 1) !== 0) {
      return refuse(refusals.unknownFeature('VHDX', 'region', name));
    }
  }
  if (metadata === null || metadata < firstRegionOffset || metadata > virtualSizeLimitBytes) {
    return refuse(refusals.malformed('VHDX', 'its-metadata-lie-nowhere'));
  }
  return proceed(
    { offset: metadata, length: tableBytes },
    { step: 'metadata', offset: metadata, minimumBytes },
  );
}

function readMetadata(
  bytes: Uint8Array,
  { offset, minimumBytes }: Extract<State, { step: 'metadata' }>,
): Examined {
  const count = u16le(bytes, 10);
  if (latin1(bytes, 0, 8) !== 'metadata' || count > entryLimit) {
    return refuse(refusals.malformed('VHDX', 'its-metadata-table-is-damaged'));
  }
  const found = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const entry = 32 + index * 32;
    const name = guid(bytes, entry);
    if (name === items.parentLocator) return refuse(refusals.needsOtherFile(null, parentRemedy));
    if (!knownItems.has(name) && (u32le(bytes, entry + 24) & requiredItemBit) !== 0) {
      return refuse(refusals.unknownFeature('VHDX', 'item', name));
    }
    found.set(name, u32le(bytes, entry + 16));
  }
  const fileParameters = found.get(items.fileParameters) ?? 0;
  const diskSize = found.get(items.diskSize) ?? 0;
  const first = Math.min(fileParameters, diskSize);
  const length = Math.max(fileParameters, diskSize) + 8 - first;
  if (first < tableBytes || length > itemsLimitBytes) {
    return refuse(refusals.malformed('VHDX', 'its-size-is-written-nowhere'));
  }
  return proceed(
    { offset: offset + first, length },
    { step: 'items', first, fileParameters, diskSize, minimumBytes },
  );
}

function readItems(bytes: Uint8Array, state: Extract<State, { step: 'items' }>): Examined {
  const blockBytes = u32le(bytes, state.fileParameters - state.first);
  const flags = u32le(bytes, state.fileParameters - state.first + 4);
  const virtualSizeBytes = u64le(bytes, state.diskSize - state.first);
  if ((flags & 2) !== 0) return refuse(refusals.needsOtherFile(null, parentRemedy));
  if (virtualSizeBytes > virtualSizeLimitBytes) return refuse(refusals.absurdSize('VHDX', virtualSizeBytes));
  if (blockBytes < 1024 * KiB || blockBytes > 256 * 1024 * KiB || !Number.isInteger(Math.log2(blockBytes))) {
    return refuse(refusals.malformed('VHDX', 'no-such-block-size-exists'), virtualSizeBytes);
  }
  const detail = (flags & 1) !== 0 ? 'VHDX fixed' : 'VHDX dynamic';
  return settledFinding(
    finding(vhdx, { detail, virtualSizeBytes, atEnd: { minimumBytes: state.minimumBytes } }),
  );
}

/** The next stretch has come; shorter than wanted means that the file has ended. */
export function followVhdx(follow: Follow, bytes: Uint8Array): Examined {
  const state = follow.state as State;
  if (bytes.length < follow.next.length)
    return refuse(refusals.truncated('VHDX', 'its-headers-are-not-complete'));
  switch (state.step) {
    case 'header':
      return readHeader(bytes, state);
    case 'regions':
      return readRegions(bytes);
    case 'metadata':
      return readMetadata(bytes, state);
    case 'items':
      return readItems(bytes, state);
  }
}

export const vhdx: Family = {
  format: 'vhdx',
  diskFormat: 'vhdx',
  containerFormat: 'bare',
  detail: 'VHDX',
  matches: (bytes) => hasAscii(bytes, 0, 'vhdxfile'),
  examine: () =>
    proceed(
      { offset: headerOffsets[0], length: headerBytes },
      { step: 'header', index: 0, sequence: -1, logged: false },
    ),
};
