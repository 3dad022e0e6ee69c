/** One 512-byte header of a tar archive (POSIX ustar, GNU and the old kind), and pax records. */
import { cString, hasAscii, isZero, u8 } from '../bytes.ts';

export const blockBytes = 512;

export interface TarHeader {
  name: string;
  sizeBytes: number;
  type: string;
}

/** Octal digits, or GNU's base-256 for large numbers. NaN: neither. */
function readNumber(bytes: Uint8Array, offset: number, length: number): number {
  if ((u8(bytes, offset) & 0x80) !== 0) {
    let value = u8(bytes, offset) & 0x7f;
    for (let index = 1; index < length; index += 1) value = value * 256 + u8(bytes, offset + index);
    return value;
  }
  const text = cString(bytes, offset, length).trim();
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** Null when the checksum says that this is no header. */
export function readTarHeader(bytes: Uint8Array): TarHeader | null {
  if (bytes.length < blockBytes || isZero(bytes, 0, blockBytes)) return null;
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < blockBytes; index += 1) {
    const byte = index >= 148 && index < 156 ? 0x20 : u8(bytes, index);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const expected = readNumber(bytes, 148, 8);
  if (expected !== unsigned && expected !== signed) return null;
  const prefix = hasAscii(bytes, 257, 'ustar\0') ? cString(bytes, 345, 155) : '';
  const name = cString(bytes, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    sizeBytes: readNumber(bytes, 124, 12),
    type: u8(bytes, 156) === 0 ? '0' : String.fromCharCode(u8(bytes, 156)),
  };
}

/** Null when the records are not well-formed. */
export function readPaxRecords(bytes: Uint8Array): Map<string, string> | null {
  const records = new Map<string, string>();
  let offset = 0;
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset);
    const length = space === -1 ? Number.NaN : Number(cString(bytes, offset, Math.min(space - offset, 8)));
    if (!Number.isSafeInteger(length) || length < space - offset + 2 || offset + length > bytes.length)
      return null;
    const record = new TextDecoder().decode(bytes.subarray(space + 1, offset + length - 1));
    const equals = record.indexOf('=');
    if (equals === -1) return null;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    offset += length;
  }
  return records;
}
