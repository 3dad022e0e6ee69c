import type { Visibility } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';

/** Throws `forbidden`; `doing`: what was to be done with members, in Glance's word. */
export function assertShared(
  { id, visibility }: { id: string; visibility: Visibility },
  doing: 'list' | 'create' | 'update' | 'delete',
): void {
  if (visibility === 'shared') return;
  const why = 'Only shared images have members.';
  throw new StowageError(
    'forbidden',
    doing === 'list' ? `Not allowed to list members for image ${id}: ${why}` : why,
    {
      remedy: 'Make the image shared first.',
      ...(doing !== 'list' && { glance: `Not allowed to ${doing} members for image ${id}.` }),
    },
  );
}
