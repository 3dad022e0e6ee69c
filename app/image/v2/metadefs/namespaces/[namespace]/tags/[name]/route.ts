import { StowageError } from '#lib/contract/errors.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseTag } from '#lib/http/image-api/metadefs/bodies.ts';
import { toTagJson } from '#lib/http/image-api/metadefs/json.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { addEntry } from '#lib/services/metadefs/add-entry.ts';
import { changeEntry } from '#lib/services/metadefs/change-entry.ts';
import { getEntry } from '#lib/services/metadefs/get-entry.ts';
import { removeEntry } from '#lib/services/metadefs/remove-entry.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const { namespace, name } = metadefPath(url);
    return toTagJson(await getEntry(ctx, namespace, 'tag', name));
  }),

  POST: imageRoute({ status: 201 }, async ({ ctx, request, url }) => {
    const { namespace, name } = metadefPath(url);
    if ((await readMetadefBody(request)) !== undefined) {
      throw new StowageError('bad_request', 'A body is not expected with this request.');
    }
    return toTagJson(await addEntry(ctx, namespace, parseTag({ name })));
  }),

  PUT: imageRoute({}, async ({ ctx, request, url }) => {
    const { namespace, name } = metadefPath(url);
    const given = parseTag(await readMetadefBody(request));
    return toTagJson(await changeEntry(ctx, namespace, name, given));
  }),

  DELETE: imageRoute({}, async ({ ctx, url }) => {
    const { namespace, name } = metadefPath(url);
    await removeEntry(ctx, namespace, 'tag', name);
  }),
});
