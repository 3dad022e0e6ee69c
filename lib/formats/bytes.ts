/** Reading numbers and words out of bytes. Reading behind the end gives zeros, so no header can make it throw. */

/** First bytes that are kept of every file: reaches past the ISO descriptors at 32 KiB and the VHDX header at 64 KiB. */
export const headBytes = 68 * 1024;

/** Last bytes that are kept: the VMDK footer is three sectors long, a VHD footer one. */
export const tailBytes = 1536;

/** No disk that a cloud serves is larger; a header that says so is made to exhaust whoever believes it. */
export const virtualSizeLimitBytes = 2 ** 50;

export function u8(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}

export function u16le(bytes: Uint8Array, offset: number): number {
  return u8(bytes, offset) | (u8(bytes, offset + 1) << 8);
}

export function u16be(bytes: Uint8Array, offset: number): number {
  return (u8(bytes, offset) << 8) | u8(bytes, offset + 1);
}

export function u32le(bytes: Uint8Array, offset: number): number {
  return u16le(bytes, offset) + u16le(bytes, offset + 2) * 2 ** 16;
}

export function u32be(bytes: Uint8Array, offset: number): number {
  return u16be(bytes, offset) * 2 ** 16 + u16be(bytes, offset + 2);
}

/** Exact up to 2^53, rounded above: enough to see that a number is absurd. */
export function u64le(bytes: Uint8Array, offset: number): number {
  return u32le(bytes, offset) + u32le(bytes, offset + 4) * 2 ** 32;
}

/** Exact up to 2^53, rounded above: enough to see that a number is absurd. */
export function u64be(bytes: Uint8Array, offset: number): number {
  return u32be(bytes, offset) * 2 ** 32 + u32be(bytes, offset + 4);
}

/** One character a byte. */
export function latin1(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  const end = Math.min(bytes.length, offset + length);
  for (let index = offset; index < end; index += 1) text += String.fromCharCode(u8(bytes, index));
  return text;
}

/** As latin1, without the NULs that pad it at its end. */
export function paddedText(bytes: Uint8Array, offset: number, length: number): string {
  let end = Math.min(bytes.length, offset + length);
  while (end > offset && bytes[end - 1] === 0) end -= 1;
  return latin1(bytes, offset, end - offset);
}

/** As latin1, up to the first NUL. */
export function cString(bytes: Uint8Array, offset: number, length: number): string {
  const text = latin1(bytes, offset, length);
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

export function hasAscii(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

export function hasBytes(bytes: Uint8Array, offset: number, expected: readonly number[]): boolean {
  return (
    bytes.length >= offset + expected.length &&
    expected.every((byte, index) => bytes[offset + index] === byte)
  );
}

export function isZero(bytes: Uint8Array, offset: number, length: number): boolean {
  const end = Math.min(bytes.length, offset + length);
  for (let index = offset; index < end; index += 1) if (bytes[index] !== 0) return false;
  return true;
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

function crcTable(reflectedPolynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ reflectedPolynomial : value >>> 1;
    return value >>> 0;
  });
}

const crc32Table = crcTable(0xedb88320);
const crc32cTable = crcTable(0x82f63b78);

/** The four bytes at `zeroedAt`, where the sum itself is stored, count as zeros. */
function checksum(table: Uint32Array, bytes: Uint8Array, zeroedAt: number): number {
  let value = 0xffffffff;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = index >= zeroedAt && index < zeroedAt + 4 ? 0 : u8(bytes, index);
    value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** CRC-32 as in GPT headers. */
export function crc32(bytes: Uint8Array, zeroedAt = -4): number {
  return checksum(crc32Table, bytes, zeroedAt);
}

/** CRC-32C (Castagnoli) as in VHDX headers. */
export function crc32c(bytes: Uint8Array, zeroedAt = -4): number {
  return checksum(crc32cTable, bytes, zeroedAt);
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let offset = 0; offset < bytes.length; offset += 8192) {
    binary += String.fromCharCode(...bytes.subarray(offset, offset + 8192));
  }
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
