import type { Visibility } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';

export function assertShared({ visibility }: { visibility: Visibility }): void {
  if (visibility === 'shared') return;
  throw new StowageError('forbidden', 'Only shared images have members.', {
    remedy: 'Make the image shared first.',
  });
}
