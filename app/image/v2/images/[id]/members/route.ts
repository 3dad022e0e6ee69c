import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toMemberJson } from '#lib/http/image-api/member-json.ts';
import { listVisibleMembers } from '#lib/services/images/members.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, params: { id } }) => ({
    members: (await listVisibleMembers(ctx, id)).map(toMemberJson),
    schema: '/v2/schemas/members',
  })),
});
