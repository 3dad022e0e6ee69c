import { StowageError } from '#lib/contract/errors.ts';
import type { OpenImageFile } from '#lib/services/images/open-file.ts';

/**
 * The one range that is asked for: RFC 9110's `Range: bytes=…`, or Glance's old request header `Content-Range: bytes
 * a-b/*`. Null for none, and for a unit or form that nobody knows, which RFC 9110 has ignored. `bad_request` for several
 * ranges, as Glance.
 */
export function parseRange(headers: Headers): OpenImageFile['range'] {
  const range = headers.get('range');
  if (range !== null) return parseRequestRange(range);
  const [, start, end] =
    /^bytes (\d{1,15})-(\d{1,15})\/(?:\*|\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return start === undefined || end === undefined ? null : toRange(start, end);
}

function parseRequestRange(value: string): OpenImageFile['range'] {
  const [, ranges] = /^bytes *= *(.+)$/i.exec(value) ?? [];
  if (ranges === undefined) return null;
  if (ranges.includes(',')) {
    throw new StowageError('bad_request', 'Requests with multiple ranges are not supported.', {
      field: 'Range',
      glance:
        'Requests with multiple ranges are not supported in Glance. You may make multiple single-range requests instead.',
    });
  }
  const bounds = ranges.split('-').map((bound) => bound.trim());
  const [start = '', end = ''] = bounds;
  if (bounds.length !== 2 || !/^\d*$/.test(start + end)) return null;
  if (start !== '') return toRange(start, end === '' ? null : end);
  return end === '' ? null : { suffix: Number(end) };
}

function toRange(start: string, end: string | null): OpenImageFile['range'] {
  if (end !== null && Number(end) < Number(start)) return null;
  return { start: Number(start), end: end === null ? null : Number(end) };
}
