import { StowageError } from '#lib/contract/errors.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getRuntime } from '#lib/runtime/runtime.ts';
import { baseUrl } from '../base-url.ts';
import { methods, type Methods } from '../methods.ts';
import { route, type Call, type RouteHandler, type RouteOptions } from '../route.ts';
import { identityWire } from './wire.ts';

/** `route()` for `/identity`, with Keystone's errors. In Keystone mode nothing is here, and the answer says where it is. */
export function identityRoute<
  Params = Record<string, never>,
  Query = Record<string, never>,
  Body = undefined,
>(
  options: Omit<RouteOptions<Params, Query, Body>, 'wire'>,
  handle: (call: Call<Params, Query, Body>) => Promise<unknown>,
): RouteHandler {
  const answer = route({ ...options, wire: identityWire }, handle);
  const refuse = route({ wire: identityWire, access: 'none' }, ({ ctx }) => {
    throw new StowageError('not_found', 'Users of this service are kept by the Keystone of its cloud.', {
      remedy: `Sign in at ${ctx.runtime.keystone?.publicUrl ?? ''}/v3.`,
    });
  });
  return (request, segment) =>
    getRuntime().keystone === null ? answer(request, segment) : refuse(request, segment);
}

/** As Keystone does, HEAD is answered wherever GET is. */
export function identityMethods(handlers: Partial<Methods>): Methods {
  return methods(identityWire, { ...(handlers.GET && { HEAD: handlers.GET }), ...handlers });
}

/** `…/identity/v3`, as this caller reaches it. */
export function identityUrl({ ctx, request }: { ctx: Pick<Context, 'runtime'>; request: Request }): string {
  return `${baseUrl(request, ctx.runtime.config)}/identity/v3`;
}
