import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { MemberBody, toMemberId } from '#lib/http/image-api/member-body.ts';
import { toMemberJson } from '#lib/http/image-api/member-json.ts';
import { addMember } from '#lib/services/members/add.ts';
import { listMembers } from '#lib/services/members/list.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, params: { id } }) => ({
    members: (await listMembers(ctx, id)).map(toMemberJson),
    schema: '/v2/schemas/members',
  })),

  // 200 and not 201, as in Glance.
  POST: imageRoute({ params, body: MemberBody }, async ({ ctx, params: { id }, body }) =>
    toMemberJson(await addMember(ctx, id, toMemberId(body))),
  ),
});
