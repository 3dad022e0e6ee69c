import { assertCanOther, type OtherAction } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { RouteHandler } from '../route.ts';
import { imageRoute } from './image-route.ts';

/**
 * A call of Glance's image cache. There is none here, because every store is read directly: whoever may manage a cache
 * is told as by a Glance whose cache is off, everybody else that they may not.
 */
export function cacheRoute(action: OtherAction): RouteHandler {
  return imageRoute({}, async ({ ctx }) => {
    assertCanOther(ctx.actor, action);
    throw new StowageError('not_found', 'Caching via API is not supported at this site.');
  });
}
