import { StowageError } from '../contract/errors.ts';
import { route, type RouteHandler } from './route.ts';
import type { Wire } from './wire.ts';

const names = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof names)[number];
export type Methods = Record<Method, RouteHandler>;

/**
 * Everything that a route file exports: the given handlers, and for every other method a 405 that names the right ones
 * in `Allow` (Next answers it without). HEAD is answered only where it is given: by itself Next would run GET for it.
 */
export function methods(wire: Wire, handlers: Partial<Methods>): Methods {
  const allow = names.filter((name) => handlers[name] !== undefined).join(', ');
  const refuse: RouteHandler = async (request, segment) => {
    const response = await route({ wire, access: 'none' }, () => {
      throw new StowageError(
        'method_not_allowed',
        `The method ${request.method} is not allowed for this resource.`,
        { remedy: `Use one of: ${allow}.` },
      );
    })(request, segment);
    response.headers.set('allow', allow);
    return response;
  };
  const refused = Object.fromEntries(names.map((name) => [name, refuse])) as Methods;
  return { ...refused, ...handlers };
}

/** For the catch-all below an API: a path that nobody knows. */
export function unknownPath(wire: Wire): Methods {
  const answer = route({ wire, access: 'none' }, () => {
    throw new StowageError('not_found', 'The resource could not be found.');
  });
  return Object.fromEntries(names.map((name) => [name, answer])) as Methods;
}
