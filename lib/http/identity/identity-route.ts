import type { Context } from '#lib/runtime/context.ts';
import { baseUrl } from '../base-url.ts';
import { methods, type Methods } from '../methods.ts';
import { route, type Call, type RouteHandler, type RouteOptions } from '../route.ts';
import { identityWire } from './wire.ts';

/** `route()` for `/identity`, with Keystone's errors. */
export function identityRoute<
  Params = Record<string, never>,
  Query = Record<string, never>,
  Body = undefined,
>(
  options: Omit<RouteOptions<Params, Query, Body>, 'wire'>,
  handle: (call: Call<Params, Query, Body>) => Promise<unknown>,
): RouteHandler {
  return route({ ...options, wire: identityWire }, handle);
}

/** As Keystone does, HEAD is answered wherever GET is. */
export function identityMethods(handlers: Partial<Methods>): Methods {
  return methods(identityWire, { ...(handlers.GET && { HEAD: handlers.GET }), ...handlers });
}

/** `…/identity/v3`, as this caller reaches it. */
export function identityUrl({ ctx, request }: { ctx: Pick<Context, 'runtime'>; request: Request }): string {
  return `${baseUrl(request, ctx.runtime.config)}/identity/v3`;
}
