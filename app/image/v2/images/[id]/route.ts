import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { jsonBodyLimitBytes } from '#lib/contract/limits.ts';
import { toImagesJson } from '#lib/http/image-api/image-json.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toLocationChange } from '#lib/http/image-api/location-patch.ts';
import { applyPatch, parsePatch, patchTypes, toPatchType } from '#lib/http/image-api/patch.ts';
import { unsupported } from '#lib/http/image-api/upload-headers.ts';
import { imageWire } from '#lib/http/image-api/wire.ts';
import { readJson } from '#lib/http/read-json.ts';
import { deleteImage } from '#lib/services/images/delete.ts';
import { getImageRecord } from '#lib/services/images/get.ts';
import { updateImage } from '#lib/services/images/update.ts';
import { changeLocations } from '#lib/services/locations/change.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, params: { id } }) => {
    const record = await getImageRecord(ctx.runtime.db.read, ctx.actor, id);
    return (await toImagesJson(ctx, [record]))[0];
  }),

  PATCH: imageRoute({ params }, async ({ ctx, request, params: { id } }) => {
    const type = toPatchType(request.headers.get('content-type'));
    if (type === null) {
      const types = patchTypes.join(', ');
      const error = new StowageError(
        'unsupported_media_type',
        `Image PATCH expects Content-Type one of: ${types}`,
        { glance: unsupported(request) },
      );
      const response = imageWire.error(error, ctx.requestId, request);
      response.headers.set('accept-patch', types);
      return response;
    }
    const changes = parsePatch(await readJson(request, jsonBodyLimitBytes, /./), type);
    const change = toLocationChange(changes);
    if (change !== null) await changeLocations(ctx, id, change);
    const record =
      change === null
        ? await updateImage(ctx, id, (draft) => applyPatch(draft, changes))
        : await getImageRecord(ctx.runtime.db.read, ctx.actor, id);
    return (await toImagesJson(ctx, [record]))[0];
  }),

  DELETE: imageRoute({ params }, ({ ctx, params: { id } }) => deleteImage(ctx, id)),
});
