import { StowageError } from '#lib/contract/errors.ts';
import { methods, type Methods } from '../methods.ts';
import { route, type Call, type RouteHandler, type RouteOptions } from '../route.ts';
import { imageWire } from './wire.ts';

const requestIdLimitCharacters = 64;

/** `route()` for `/image`, with Glance's errors. */
export function imageRoute<Params = Record<string, never>, Query = Record<string, never>, Body = undefined>(
  options: Omit<RouteOptions<Params, Query, Body>, 'wire'>,
  handle: (call: Call<Params, Query, Body>) => Promise<unknown>,
): RouteHandler {
  return route({ ...options, wire: imageWire }, async (call) => {
    assertRequestId(call.request);
    return await handle(call);
  });
}

/** As in Glance, HEAD and OPTIONS are answered with 405 like every method that is not given. */
export function imageMethods(handlers: Partial<Methods>): Methods {
  return methods(imageWire, handlers);
}

/** A longer one would not fit into the logs and tasks of those who follow it. */
function assertRequestId({ headers }: Request): void {
  if ((headers.get('x-openstack-request-id') ?? '').length <= requestIdLimitCharacters) return;
  throw new StowageError(
    'header_too_long',
    `x-openstack-request-id is too long, max size ${requestIdLimitCharacters}`,
    { field: 'x-openstack-request-id' },
  );
}
