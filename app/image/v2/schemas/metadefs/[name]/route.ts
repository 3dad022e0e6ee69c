import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { metadefSchemas } from '#lib/http/image-api/metadefs/schemas.ts';

const params = z.object({ name: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ params: { name } }) => {
    const schema = metadefSchemas.get(name);
    if (schema === undefined) throw new StowageError('not_found', 'The resource could not be found.');
    return schema;
  }),
});
