import type { MemberRow } from '#lib/db/repositories/members.ts';
import { toSeconds } from './image-json.ts';

export function toMemberJson({ member_id, image_id, status, created_at, updated_at }: MemberRow) {
  return {
    member_id,
    image_id,
    status,
    created_at: toSeconds(created_at),
    updated_at: toSeconds(updated_at),
    schema: '/v2/schemas/member',
  };
}
