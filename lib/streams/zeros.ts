const block = Buffer.alloc(64 * 1024);

/** Whether every byte is zero. Costs some tens of nanoseconds on data that is not, memory speed on zeros. */
export function isZero(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < view.length; offset += block.length) {
    const part = view.subarray(offset, offset + block.length);
    if (Buffer.compare(part, part.length === block.length ? block : block.subarray(0, part.length)) !== 0)
      return false;
  }
  return true;
}
