import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { ImportBody, toCopyImport } from '#lib/http/image-api/import-body.ts';
import { importByCopy } from '#lib/services/images/import.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  POST: imageRoute(
    { params, body: ImportBody, status: 202 },
    async ({ ctx, request, params: { id }, body }) => {
      const headerStore = request.headers.get('x-image-meta-store');
      await importByCopy(ctx, id, toCopyImport(body, headerStore, ctx.runtime.config.defaultStore));
    },
  ),
});
