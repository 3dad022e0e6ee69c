/** CD and DVD images: ISO 9660 and UDF. Both describe themselves in 2 KiB sectors from 32 KiB on. */
import { hasAscii, u16le, u32le, u8, virtualSizeLimitBytes } from '../bytes.ts';
import { settledFinding, type Examined, type Family, type Head } from '../inspection.ts';
import { finding, refusals } from '../words.ts';

const sectorBytes = 2048;
const firstDescriptor = 16 * sectorBytes;
const primaryDescriptor = 1;
const udfMarks = ['BEA01', 'NSR02', 'NSR03', 'TEA01', 'BOOT2'] as const;
/** Writers disagree whether the run-out of a disc (150 sectors and more) belongs to it. */
const runOutBytes = 1024 * 1024;

function isUdfMark(bytes: Uint8Array, offset: number): boolean {
  return udfMarks.some((mark) => hasAscii(bytes, offset + 1, mark));
}

function examine({ bytes }: Head): Examined {
  let udf = false;
  let iso9660 = false;
  let describedBytes = 0;
  for (let offset = firstDescriptor; offset + sectorBytes <= bytes.length; offset += sectorBytes) {
    if (isUdfMark(bytes, offset)) {
      udf ||= hasAscii(bytes, offset + 1, 'NSR');
    } else if (hasAscii(bytes, offset + 1, 'CD001')) {
      iso9660 = true;
      if (u8(bytes, offset) === primaryDescriptor)
        describedBytes = u32le(bytes, offset + 80) * u16le(bytes, offset + 128);
    } else break;
  }
  if (!udf && !iso9660) {
    return settledFinding(
      finding(iso, { refusal: refusals.truncated('ISO', 'its-first-descriptor-is-not-complete') }),
    );
  }
  return settledFinding(
    finding(iso, {
      detail: udf ? (iso9660 ? 'ISO 9660 with UDF' : 'UDF') : 'ISO 9660',
      refusal: describedBytes > virtualSizeLimitBytes ? refusals.absurdSize('ISO', describedBytes) : null,
      atEnd: { headerBytes: 0, minimumBytes: Math.max(0, describedBytes - runOutBytes) },
    }),
  );
}

export const iso: Family = {
  format: 'iso',
  diskFormat: 'iso',
  containerFormat: 'bare',
  detail: 'ISO',
  matches: (bytes) => hasAscii(bytes, firstDescriptor + 1, 'CD001') || isUdfMark(bytes, firstDescriptor),
  examine,
};
