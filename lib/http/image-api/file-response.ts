import type { ImageFile } from '#lib/services/images/open-file.ts';
import { rawBodyResponse } from '../raw-body.ts';
import { rawRequest } from '../raw-request.ts';

/** The bytes of an image, or of a range of it. `Content-MD5` is the whole image's, in hex, as clients of Glance expect. */
export function toFileResponse(file: ImageFile, isRange: boolean): Response {
  const { image, sizeBytes, start, end } = file;
  // Next takes Content-Length out of what a handler answers; without it nobody sees that a download was cut short.
  rawRequest()?.res.setHeader('content-length', String(end - start));
  const init = {
    status: isRange ? 206 : 200,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(end - start),
      'accept-ranges': 'bytes',
      // Or the server would compress it on the way: a core for nothing, and no Content-Length.
      'cache-control': 'private, no-transform',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName(image))}`,
      ...(isRange && { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` }),
      ...(image.md5 !== null && { 'content-md5': image.md5 }),
    },
  };
  return rawBodyResponse(init, file.chunks, file.spent);
}

function fileName({ id, name, disk_format }: ImageFile['image']): string {
  const stem = (name ?? '').replace(/[/\\\p{Cc}]/gu, '_').trim() || id;
  const ending = disk_format === null ? '' : `.${disk_format}`;
  return stem.toLowerCase().endsWith(ending) ? stem : `${stem}${ending}`;
}
