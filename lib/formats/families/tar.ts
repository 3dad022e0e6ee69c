/** Tar archives, and OVA among them: walked header by header, so that no entry can leave the folder it is unpacked in. */
import { cString, isZero, u8, virtualSizeLimitBytes } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Follow, type Refusal } from '../inspection.ts';
import { finding, refusals } from '../words.ts';
import { inspectOvf, ovfLimitBytes } from './ovf.ts';
import { blockBytes, readPaxRecords, readTarHeader, type TarHeader } from './tar-header.ts';

const entryLimit = 4096;
const longNameLimitBytes = 64 * 1024;

interface State {
  step: 'header' | 'long-name' | 'pax' | 'ovf';
  entries: number;
  /** Said by a preceding entry about the next one. */
  longName: string | null;
  longSizeBytes: number | null;
  ova: boolean;
  virtualSizeBytes: number | null;
  /** Where the entry after this one begins. */
  nextHeader: number;
}

function current(state: State, refusal: Refusal | null = null, minimumBytes = 0) {
  return finding(tar, {
    ...(state.ova ? { format: 'ova', containerFormat: 'ova', detail: 'OVA' } : {}),
    virtualSizeBytes: state.virtualSizeBytes,
    refusal,
    atEnd: { minimumBytes },
  });
}

function refuse(state: State, refusal: Refusal): Examined {
  return settledFinding(current(state, refusal));
}

function proceed(state: State, offset: number, length: number): Examined {
  return {
    finding: current(state, null, offset),
    follow: { family: 'tar', next: { offset, length }, state },
  };
}

function nextHeader(state: State): Examined {
  return proceed({ ...state, step: 'header' }, state.nextHeader, blockBytes);
}

/** Why this name must not be unpacked; null when it stays in its folder. */
function refusalOfName(name: string): Refusal | null {
  if (/^[/\\]|^[a-z]:/i.test(name)) return refusals.unsafeEntry('fixed-place', name);
  if (name.split(/[/\\]/).includes('..')) return refusals.unsafeEntry('outside', name);
  if (name.replace(/[/\\.]/g, '') === '' && name !== './' && name !== '.') {
    return refusals.unsafeArchive('no-name');
  }
  return null;
}

function readEntry(state: State, header: TarHeader, offset: number): Examined {
  const name = state.longName ?? header.name;
  const sizeBytes = state.longSizeBytes ?? header.sizeBytes;
  if (!(sizeBytes >= 0 && sizeBytes <= virtualSizeLimitBytes)) {
    return refuse(state, refusals.malformed('tar', 'the-size-of-an-entry-cannot-be-read'));
  }
  const dataOffset = offset + blockBytes;
  const after: State = {
    ...state,
    entries: state.entries + 1,
    longName: null,
    longSizeBytes: null,
    nextHeader: dataOffset + Math.ceil(sizeBytes / blockBytes) * blockBytes,
  };
  if (after.entries > entryLimit)
    return refuse(state, refusals.unsafeArchive('too-many', { count: String(entryLimit) }));

  if ('xgLK'.includes(header.type)) {
    if (sizeBytes > longNameLimitBytes)
      return refuse(state, refusals.malformed('tar', 'a-name-in-it-is-absurdly-long'));
    const carried = { ...after, longName: state.longName, longSizeBytes: state.longSizeBytes };
    if (header.type === 'K' || sizeBytes === 0) return nextHeader(carried);
    const step = header.type === 'L' ? 'long-name' : 'pax';
    return proceed({ ...carried, step }, dataOffset, sizeBytes);
  }

  const unsafeName = refusalOfName(name);
  if (unsafeName !== null) return refuse(state, unsafeName);
  if (header.type === '1' || header.type === '2') return refuse(state, refusals.unsafeEntry('link', name));
  if ('346'.includes(header.type)) return refuse(state, refusals.unsafeEntry('device', name));
  if (!'057'.includes(header.type)) return refuse(state, refusals.unsafeEntry('unknown-kind', name));

  if (/\.ovf$/i.test(name)) {
    if (state.ova) return refuse(state, refusals.unsafeArchive('two-descriptions'));
    if (sizeBytes > ovfLimitBytes) return refuse(state, refusals.unsafeArchive('long-description'));
    const opened: State = { ...after, ova: true, step: 'ovf' };
    return sizeBytes === 0 ? nextHeader(opened) : proceed(opened, dataOffset, sizeBytes);
  }
  return nextHeader(after);
}

function readPax(state: State, bytes: Uint8Array): Examined {
  const records = readPaxRecords(bytes);
  if (records === null) return refuse(state, refusals.malformed('tar', 'an-extended-header-cannot-be-read'));
  if ([...records.keys()].some((key) => key.startsWith('GNU.sparse'))) {
    return refuse(state, refusals.unsafeArchive('sparse'));
  }
  const size = records.get('size');
  return nextHeader({
    ...state,
    longName: records.get('path') ?? state.longName,
    longSizeBytes: size === undefined ? state.longSizeBytes : Number(size),
  });
}

/** The next stretch has come; shorter than wanted means that the file has ended. */
export function followTar(follow: Follow, bytes: Uint8Array): Examined {
  const state = follow.state as State;
  // Archives without the two closing blocks of zeros are common; whether data are missing is judged by the size.
  if (bytes.length === 0) return settledFinding(current(state, null, follow.next.offset));
  if (bytes.length < follow.next.length)
    return refuse(state, refusals.truncated('tar', 'its-last-entry-is-not-complete'));
  switch (state.step) {
    case 'long-name':
      return nextHeader({ ...state, longName: cString(bytes, 0, bytes.length) });
    case 'pax':
      return readPax(state, bytes);
    case 'ovf': {
      const { refusal, virtualSizeBytes } = inspectOvf(bytes);
      return refusal === null ? nextHeader({ ...state, virtualSizeBytes }) : refuse(state, refusal);
    }
    case 'header': {
      if (isZero(bytes, 0, blockBytes)) return settledFinding(current(state));
      const header = readTarHeader(bytes);
      if (header === null)
        return refuse(state, refusals.malformed('tar', 'the-checksum-of-an-entry-is-wrong'));
      return readEntry(state, header, follow.next.offset);
    }
  }
}

export const tar: Family = {
  format: 'tar',
  diskFormat: null,
  containerFormat: null,
  detail: 'tar archive',
  matches: (bytes) => u8(bytes, 0) !== 0 && readTarHeader(bytes) !== null,
  examine: () =>
    proceed(
      {
        step: 'header',
        entries: 0,
        longName: null,
        longSizeBytes: null,
        ova: false,
        virtualSizeBytes: null,
        nextHeader: 0,
      },
      0,
      blockBytes,
    ),
};
