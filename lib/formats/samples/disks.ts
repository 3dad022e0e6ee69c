/** Disks and discs made by hand where no common program makes them as the tests need them. For tests. */
import { crc32, crc32c } from '../bytes.ts';

const encoder = new TextEncoder();

export function putText(bytes: Uint8Array, offset: number, text: string): void {
  bytes.set(encoder.encode(text), offset);
}

export function put(
  bytes: Uint8Array,
  offset: number,
  width: 1 | 2 | 4 | 8,
  value: number,
  littleEndian = false,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (width === 1) view.setUint8(offset, value);
  else if (width === 2) view.setUint16(offset, value, littleEndian);
  else if (width === 4) view.setUint32(offset, value, littleEndian);
  else view.setBigUint64(offset, BigInt(value), littleEndian);
}

/** A copy with a change. */
export function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  change(copy);
  return copy;
}

export function makeMbr(sizeBytes = 1024 * 1024): Uint8Array {
  const disk = new Uint8Array(sizeBytes);
  put(disk, 446, 1, 0x80);
  put(disk, 450, 1, 0x83);
  put(disk, 454, 4, 1, true);
  put(disk, 458, 4, sizeBytes / 512 - 1, true);
  put(disk, 510, 2, 0x55aa);
  return disk;
}

export function makeGpt(sizeBytes = 1024 * 1024, sectorBytes: 512 | 4096 = 512): Uint8Array {
  const disk = new Uint8Array(sizeBytes);
  put(disk, 450, 1, 0xee);
  put(disk, 454, 4, 1, true);
  put(disk, 458, 4, sizeBytes / sectorBytes - 1, true);
  put(disk, 510, 2, 0x55aa);
  putText(disk, sectorBytes, 'EFI PART');
  put(disk, sectorBytes + 8, 4, 0x10000, true);
  put(disk, sectorBytes + 12, 4, 92, true);
  put(disk, sectorBytes + 24, 8, 1, true);
  put(disk, sectorBytes + 32, 8, sizeBytes / sectorBytes - 1, true);
  put(disk, sectorBytes + 16, 4, crc32(disk.subarray(sectorBytes, sectorBytes + 92)), true);
  return disk;
}

/** `blocks`: what the descriptor claims, in sectors of 2 KiB. */
export function makeIso(
  options: { kind?: 'iso' | 'udf' | 'both'; blocks?: number; sizeBytes?: number } = {},
): Uint8Array {
  const { kind = 'iso', sizeBytes = 80 * 1024 } = options;
  const disc = new Uint8Array(sizeBytes);
  let offset = 32 * 1024;
  const descriptor = (type: number, mark: string): number => {
    put(disc, offset, 1, type);
    putText(disc, offset + 1, mark);
    put(disc, offset + 6, 1, 1);
    offset += 2048;
    return offset - 2048;
  };
  if (kind !== 'udf') {
    const primary = descriptor(1, 'CD001');
    put(disc, primary + 80, 4, options.blocks ?? sizeBytes / 2048, true);
    put(disc, primary + 128, 2, 2048, true);
    descriptor(255, 'CD001');
  }
  if (kind !== 'iso') for (const mark of ['BEA01', 'NSR02', 'TEA01']) descriptor(0, mark);
  return disc;
}

export function makeLuks2(options: { json?: string; metadataBytes?: number } = {}): Uint8Array {
  const disk = new Uint8Array(17 * 1024 * 1024);
  putText(disk, 0, 'LUKS');
  put(disk, 4, 2, 0xbabe);
  put(disk, 6, 2, 2);
  put(disk, 8, 8, options.metadataBytes ?? 16 * 1024);
  putText(
    disk,
    4096,
    options.json ?? '{"segments":{"0":{"type":"crypt","offset":"16777216","size":"dynamic"}}}',
  );
  return disk;
}

const descriptorText = (capacitySectors: number) => `# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="streamOptimized"
RW ${capacitySectors} SPARSE "disk.vmdk"
ddb.adapterType = "lsilogic"
`;

/** As VMware's tools stream it: the grain directory is known only at the end, so the header comes again as a footer. */
export function makeStreamedVmdk(
  options: { capacitySectors?: number; footerCapacitySectors?: number; descriptor?: string } = {},
): Uint8Array {
  const { capacitySectors = 8192, footerCapacitySectors = capacitySectors } = options;
  const header = (capacity: number): Uint8Array => {
    const bytes = new Uint8Array(512);
    putText(bytes, 0, 'KDMV');
    put(bytes, 4, 4, 3, true);
    put(bytes, 8, 4, 0x30001, true);
    put(bytes, 12, 8, capacity, true);
    put(bytes, 20, 8, 128, true);
    put(bytes, 28, 8, 1, true);
    put(bytes, 36, 8, 20, true);
    put(bytes, 44, 4, 512, true);
    bytes.fill(0xff, 56, 64);
    put(bytes, 77, 2, 1, true);
    return bytes;
  };
  const file = new Uint8Array(512 * 130);
  file.set(header(capacitySectors), 0);
  putText(file, 512, options.descriptor ?? descriptorText(capacitySectors));
  const marker = file.length - 3 * 512;
  put(file, marker, 8, 1, true);
  put(file, marker + 12, 4, 3, true);
  file.set(header(footerCapacitySectors), marker + 512);
  return file;
}

/** Corrects the sum of a VHD footer or dynamic header after a change. */
export function fixVhdChecksum(bytes: Uint8Array, offset: number, length: number, sumOffset: number): void {
  put(bytes, offset + sumOffset, 4, 0);
  let sum = 0;
  for (let index = offset; index < offset + length; index += 1) sum += bytes[index] ?? 0;
  put(bytes, offset + sumOffset, 4, ~sum >>> 0);
}

/** Corrects the sum of a VHDX header or table after a change. */
export function fixVhdxChecksum(bytes: Uint8Array, offset: number, length: number): void {
  put(bytes, offset + 4, 4, 0);
  put(bytes, offset + 4, 4, crc32c(bytes.subarray(offset, offset + length)), true);
}

export function makeKernel(): Uint8Array {
  const kernel = new Uint8Array(16 * 1024);
  putText(kernel, 0, 'MZ');
  put(kernel, 510, 2, 0x55aa);
  putText(kernel, 0x202, 'HdrS');
  return kernel;
}
