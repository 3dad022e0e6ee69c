import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { ImportBody, toImport } from '#lib/http/image-api/import-body.ts';
import { startImport } from '#lib/services/imports/start.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  POST: imageRoute(
    { params, body: ImportBody, status: 202 },
    async ({ ctx, request, params: { id }, body }) => {
      const headerStore = request.headers.get('x-image-meta-store');
      const { method, ...wanted } = toImport(body, headerStore, ctx.runtime.config.defaultStore);
      await startImport(ctx, id, method, wanted);
    },
  ),
});
