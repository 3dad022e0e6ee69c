import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toUploadError } from '#lib/http/image-api/upload-error.ts';
import { parseUploadHeaders } from '#lib/http/image-api/upload-headers.ts';
import { rawRequest } from '#lib/http/raw-request.ts';
import { stageImage } from '#lib/services/imports/stage.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  PUT: imageRoute({ params }, async ({ ctx, request, params: { id } }) => {
    const raw = rawRequest();
    if (raw === undefined) throw new Error('an upload outside of an HTTP request');
    try {
      await stageImage(ctx, { imageId: id, source: raw.req, ...parseUploadHeaders(request.headers) });
    } catch (error) {
      throw toUploadError(error);
    }
  }),
});
