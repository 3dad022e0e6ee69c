import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseTags } from '#lib/http/image-api/metadefs/bodies.ts';
import { parseTagQuery } from '#lib/http/image-api/metadefs/list-query.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { addTags } from '#lib/services/metadefs/add-entry.ts';
import { listTags } from '#lib/services/metadefs/list-entries.ts';
import { removeEntries } from '#lib/services/metadefs/remove-entry.ts';

/** What oslo.utils takes for true. */
const yes = /^(1|t|true|on|y|yes)$/i;

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const tags = await listTags(ctx, metadefPath(url).namespace, parseTagQuery(url.searchParams));
    return { tags: tags.map(({ name }) => ({ name })) };
  }),

  POST: imageRoute({ status: 201 }, async ({ ctx, request, url }) => {
    const names = parseTags(await readMetadefBody(request));
    const append = yes.test(request.headers.get('x-openstack-append')?.trim() ?? '');
    await addTags(ctx, metadefPath(url).namespace, names, { append });
    return { tags: names.map((name) => ({ name })) };
  }),

  DELETE: imageRoute({}, ({ ctx, url }) => removeEntries(ctx, metadefPath(url).namespace, 'tag')),
});
