/** Tar archives made by hand, good and hostile. For tests. */

export interface TarEntry {
  name: string;
  data?: string | Uint8Array;
  type?: string;
  link?: string;
  /** What the header says instead of the length of the data. */
  sizeText?: string;
}

const blockBytes = 512;
const encoder = new TextEncoder();

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? encoder.encode(data) : data;
}

function put(block: Uint8Array, offset: number, text: string): void {
  block.set(encoder.encode(text), offset);
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function entryBytes({ name, data = '', type = '0', link = '', sizeText }: TarEntry): Uint8Array {
  const content = toBytes(data);
  const header = new Uint8Array(blockBytes);
  put(header, 0, name.slice(0, 100));
  put(header, 100, '0000644\0');
  put(header, 124, sizeText ?? `${content.length.toString(8).padStart(11, '0')}\0`);
  put(header, 148, '        ');
  put(header, 156, type);
  put(header, 157, link);
  put(header, 257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(header, 148, `${sum.toString(8).padStart(6, '0')}\0 `);
  const padding = new Uint8Array((blockBytes - (content.length % blockBytes)) % blockBytes);
  return joinBytes([header, content, padding]);
}

export function makeTar(entries: readonly TarEntry[], closingBlocks = 2): Uint8Array {
  return joinBytes([...entries.map(entryBytes), new Uint8Array(closingBlocks * blockBytes)]);
}

export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
}

export function makeOvf(options: { href?: string; prologue?: string; capacity?: string } = {}): string {
  return `<?xml version="1.0"?>${options.prologue ?? ''}
<Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References><File ovf:id="file1" ovf:href="${options.href ?? 'disk1.vmdk'}"/></References>
  <DiskSection><Disk ovf:diskId="d1" ovf:fileRef="file1" ovf:capacity="${options.capacity ?? '20'}" ovf:capacityAllocationUnits="byte * 2^30"/></DiskSection>
</Envelope>`;
}
