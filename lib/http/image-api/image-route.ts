import { methods, type Methods } from '../methods.ts';
import { route, type Call, type RouteHandler, type RouteOptions } from '../route.ts';
import { imageWire } from './wire.ts';

/** `route()` for `/image`, with Glance's errors. */
export function imageRoute<Params = Record<string, never>, Query = Record<string, never>, Body = undefined>(
  options: Omit<RouteOptions<Params, Query, Body>, 'wire'>,
  handle: (call: Call<Params, Query, Body>) => Promise<unknown>,
): RouteHandler {
  return route({ ...options, wire: imageWire }, handle);
}

/** As in Glance, HEAD and OPTIONS are answered with 405 like every method that is not given. */
export function imageMethods(handlers: Partial<Methods>): Methods {
  return methods(imageWire, handlers);
}
