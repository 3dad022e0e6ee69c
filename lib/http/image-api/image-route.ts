import { StowageError } from '#lib/contract/errors.ts';
import { methods, type Methods } from '../methods.ts';
import { route, type Call, type RouteHandler, type RouteOptions } from '../route.ts';
import { imageWire } from './wire.ts';

const requestIdLimitCharacters = 64;

/** Glance takes a body for JSON whatever it is called; so scripts leave it to curl, which names it after forms. */
const jsonOrUnnamed = /^($|application\/(json|[a-z0-9.+-]+\+json|x-www-form-urlencoded)\s*(;|$))/i;

/** `route()` for `/image`, with Glance's errors. */
export function imageRoute<Params = Record<string, never>, Query = Record<string, never>, Body = undefined>(
  options: Omit<RouteOptions<Params, Query, Body>, 'wire'>,
  handle: (call: Call<Params, Query, Body>) => Promise<unknown>,
): RouteHandler {
  return route({ bodyTypes: jsonOrUnnamed, ...options, wire: imageWire }, async (call) => {
    assertRequestId(call.request);
    return await handle(call);
  });
}

/**
 * As in Glance, HEAD is answered with 405 like every method that is not given, but OPTIONS with 200: it is what HAProxy
 * asks by default to know whether the service is alive.
 */
export function imageMethods(handlers: Partial<Methods>): Methods {
  const allow = Object.keys(handlers).join(', ');
  const OPTIONS = route(
    { wire: imageWire, access: 'none' },
    async () => new Response(null, { status: 200, headers: { allow } }),
  );
  return { ...methods(imageWire, handlers), OPTIONS };
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
