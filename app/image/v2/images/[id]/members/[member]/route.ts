import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { lastSegment } from '#lib/http/image-api/last-segment.ts';
import { MemberBody, toMemberStatus } from '#lib/http/image-api/member-body.ts';
import { toMemberJson } from '#lib/http/image-api/member-json.ts';
import { getMember } from '#lib/services/members/get.ts';
import { removeMember } from '#lib/services/members/remove.ts';
import { setMemberStatus } from '#lib/services/members/set-status.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, url, params: { id } }) =>
    toMemberJson(await getMember(ctx, id, lastSegment(url))),
  ),

  PUT: imageRoute({ params, body: MemberBody }, async ({ ctx, url, params: { id }, body }) =>
    toMemberJson(await setMemberStatus(ctx, id, lastSegment(url), toMemberStatus(body))),
  ),

  DELETE: imageRoute({ params }, ({ ctx, url, params: { id } }) => removeMember(ctx, id, lastSegment(url))),
});
