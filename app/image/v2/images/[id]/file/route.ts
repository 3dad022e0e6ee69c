import { z } from 'zod';
import { toFileResponse } from '#lib/http/image-api/file-response.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parsePrefer } from '#lib/http/image-api/prefer.ts';
import { parseRange } from '#lib/http/image-api/range.ts';
import { toUploadError } from '#lib/http/image-api/upload-error.ts';
import { parseUploadHeaders } from '#lib/http/image-api/upload-headers.ts';
import { rawRequest } from '#lib/http/raw-request.ts';
import { openImageFile } from '#lib/services/images/open-file.ts';
import { putImageFile } from '#lib/services/uploads/put-image-file.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, request, url, params: { id } }) => {
    const range = parseRange(request.headers);
    const prefer = parsePrefer(url.searchParams);
    const file = await openImageFile(ctx, { imageId: id, range, prefer });
    return file === null ? undefined : toFileResponse(file, range !== null);
  }),

  PUT: imageRoute({ params }, async ({ ctx, request, params: { id } }) => {
    const raw = rawRequest();
    if (raw === undefined) throw new Error('an upload outside of an HTTP request');
    const headers = parseUploadHeaders(request.headers);
    try {
      await putImageFile(ctx, { imageId: id, source: raw.req, ...headers });
    } catch (error) {
      throw toUploadError(error);
    }
  }),
});
