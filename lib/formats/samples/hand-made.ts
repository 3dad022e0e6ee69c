/** One small good file of each format, without any program. For tests. */
import { makeOvf, makeTar } from './archives.ts';
import {
  fixVhdChecksum,
  fixVhdxChecksum,
  makeGpt,
  makeIso,
  makeKernel,
  makeLuks2,
  makeMbr,
  makeStreamedVmdk,
  put,
  putText,
} from './disks.ts';

const MiB = 1024 * 1024;

export function makeQcow2(version: 2 | 3 = 3): Uint8Array {
  const file = new Uint8Array(256 * 1024);
  putText(file, 0, 'QFI');
  put(file, 3, 1, 0xfb);
  put(file, 4, 4, version);
  put(file, 20, 4, 16);
  put(file, 24, 8, 64 * MiB);
  put(file, 36, 4, 1);
  put(file, 40, 8, 0x30000);
  put(file, 48, 8, 0x10000);
  put(file, 56, 4, 1);
  put(file, 96, 4, version === 3 ? 4 : 0);
  put(file, 100, 4, version === 3 ? 104 : 0);
  return file;
}

export function makeVhdFooter(type: 2 | 3 | 4, sizeBytes: number): Uint8Array {
  const footer = new Uint8Array(512);
  putText(footer, 0, 'conectix');
  put(footer, 12, 4, 0x10000);
  put(footer, 16, 8, 512);
  putText(footer, 28, 'win ');
  put(footer, 40, 8, sizeBytes);
  put(footer, 48, 8, sizeBytes);
  put(footer, 60, 4, type);
  fixVhdChecksum(footer, 0, 512, 64);
  return footer;
}

export function makeDynamicVhd(): Uint8Array {
  const file = new Uint8Array(512 + 1024 + 512 + 512);
  const footer = makeVhdFooter(3, 64 * MiB);
  file.set(footer, 0);
  file.set(footer, file.length - 512);
  putText(file, 512, 'cxsparse');
  put(file, 512 + 16, 8, 1536);
  put(file, 512 + 28, 4, 32);
  put(file, 512 + 32, 4, 2 * MiB);
  fixVhdChecksum(file, 512, 1024, 36);
  return file;
}

function putGuid(bytes: Uint8Array, offset: number, guid: string): void {
  const [a = '', b = '', c = '', ...rest] = guid.split('-');
  put(bytes, offset, 4, Number.parseInt(a, 16), true);
  put(bytes, offset + 4, 2, Number.parseInt(b, 16), true);
  put(bytes, offset + 6, 2, Number.parseInt(c, 16), true);
  [...rest.join('').matchAll(/../g)].forEach(([pair], index) =>
    put(bytes, offset + 8 + index, 1, Number.parseInt(pair, 16)),
  );
}

export interface VhdxChanges {
  logged?: boolean;
  item?: string;
  region?: string;
  hasParent?: boolean;
  sizeBytes?: number;
  metadataOffset?: number;
}

export function makeVhdx(changes: VhdxChanges = {}): Uint8Array {
  const file = new Uint8Array(3 * MiB);
  putText(file, 0, 'vhdxfile');
  for (const [index, offset] of [64 * 1024, 128 * 1024].entries()) {
    putText(file, offset, 'head');
    put(file, offset + 8, 8, index + 1, true);
    put(file, offset + 66, 2, 1, true);
    if (changes.logged) put(file, offset + 48, 4, 7, true);
    fixVhdxChecksum(file, offset, 4096);
  }
  const regions = 192 * 1024;
  putText(file, regions, 'regi');
  put(file, regions + 8, 4, changes.region === undefined ? 1 : 2, true);
  putGuid(file, regions + 16, '8b7ca206-4790-4b9a-b8fe-575f050f886e');
  put(file, regions + 32, 8, changes.metadataOffset ?? 2 * MiB, true);
  put(file, regions + 40, 4, MiB, true);
  if (changes.region !== undefined) {
    putGuid(file, regions + 48, changes.region);
    put(file, regions + 48 + 28, 4, 1, true);
  }
  fixVhdxChecksum(file, regions, 64 * 1024);

  const metadata = 2 * MiB;
  putText(file, metadata, 'metadata');
  put(file, metadata + 10, 2, changes.item === undefined ? 2 : 3, true);
  const entries: [guid: string, itemOffset: number][] = [
    ['caa16737-fa36-4d43-b3b6-33f0aa44e76b', 64 * 1024],
    ['2fa54224-cd1b-4876-b211-5dbed83bf4b8', 64 * 1024 + 8],
    ...(changes.item === undefined ? [] : [[changes.item, 64 * 1024 + 16] as [string, number]]),
  ];
  for (const [index, [guid, itemOffset]] of entries.entries()) {
    const entry = metadata + 32 + index * 32;
    putGuid(file, entry, guid);
    put(file, entry + 16, 4, itemOffset, true);
    put(file, entry + 20, 4, 8, true);
    put(file, entry + 24, 4, 4, true);
  }
  put(file, metadata + 64 * 1024, 4, 32 * MiB, true);
  put(file, metadata + 64 * 1024 + 4, 4, changes.hasParent ? 2 : 0, true);
  put(file, metadata + 64 * 1024 + 8, 8, changes.sizeBytes ?? 10 * 1024 * MiB, true);
  return file;
}

export function makeVdi(): Uint8Array {
  const file = new Uint8Array(3 * MiB);
  putText(file, 0, '<<< Oracle VM VirtualBox Disk Image >>>\n');
  put(file, 64, 4, 0xbeda107f, true);
  put(file, 68, 4, 0x10001, true);
  put(file, 72, 4, 0x190, true);
  put(file, 76, 4, 1, true);
  put(file, 340, 4, MiB, true);
  put(file, 344, 4, 2 * MiB, true);
  put(file, 360, 4, 512, true);
  put(file, 368, 8, 64 * MiB, true);
  put(file, 376, 4, MiB, true);
  put(file, 384, 4, 64, true);
  return file;
}

export function makeQed(): Uint8Array {
  const file = new Uint8Array(192 * 1024);
  putText(file, 0, 'QED\0');
  put(file, 4, 4, 65_536, true);
  put(file, 8, 4, 4, true);
  put(file, 12, 4, 1, true);
  put(file, 40, 8, 65_536, true);
  put(file, 48, 8, 64 * MiB, true);
  return file;
}

export function makePloop(): Uint8Array {
  const file = new Uint8Array(2 * MiB);
  putText(file, 0, 'WithouFreSpacExt');
  put(file, 16, 4, 2, true);
  put(file, 28, 4, 2048, true);
  put(file, 32, 4, 64, true);
  put(file, 36, 8, (64 * MiB) / 512, true);
  return file;
}

export function makeOva(): Uint8Array {
  return makeTar([
    { name: 'machine.ovf', data: makeOvf() },
    { name: 'machine.mf', data: 'SHA256(machine.ovf)= 00\n' },
    { name: 'disk1.vmdk', data: makeStreamedVmdk() },
  ]);
}

const repeated = (mark: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: 6000 }, (_, index) => mark[index] ?? (index * 37) & 0xff);

export const goodFiles: Record<string, Uint8Array> = {
  'raw bytes': Uint8Array.from({ length: 90_000 }, (_, index) => (index * 131) & 0xff),
  mbr: makeMbr(90 * 1024),
  gpt: makeGpt(90 * 1024),
  'gpt on 4 KiB sectors': makeGpt(96 * 1024, 4096),
  iso: makeIso(),
  udf: makeIso({ kind: 'udf' }),
  'iso with udf': makeIso({ kind: 'both' }),
  'qcow2 v2': makeQcow2(2),
  'qcow2 v3': makeQcow2(3),
  qed: makeQed(),
  vmdk: makeStreamedVmdk(),
  'vhd dynamic': makeDynamicVhd(),
  'vhd fixed': new Uint8Array([...makeMbr(64 * 1024), ...makeVhdFooter(2, 64 * 1024)]),
  vhdx: makeVhdx(),
  vdi: makeVdi(),
  ploop: makePloop(),
  luks2: makeLuks2(),
  kernel: makeKernel(),
  cpio: repeated([0x30, 0x37, 0x30, 0x37, 0x30, 0x31]),
  tar: makeTar([
    { name: 'folder/', type: '5' },
    { name: 'folder/file', data: 'x'.repeat(3000) },
  ]),
  ova: makeOva(),
  gzip: repeated([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
  zstd: repeated([0x28, 0xb5, 0x2f, 0xfd]),
  bzip2: repeated([0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
};
