import { errorStatus, type StowageError } from '#lib/contract/errors.ts';
import { getRuntime } from '#lib/runtime/runtime.ts';
import { wwwAuthenticate } from './www-authenticate.ts';
import type { Wire } from '../wire.ts';

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** Errors as Keystone words them: `{"error":{"code","message","title"}}`. */
export const identityWire: Wire = {
  headers: (requestId) => ({
    'x-openstack-request-id': requestId,
    'cache-control': 'no-store',
    vary: 'X-Auth-Token',
  }),
  error(error, _requestId, request) {
    const status = error.code === 'unsupported_media_type' ? 400 : errorStatus[error.code];
    return Response.json(
      { error: { code: status, message: inWords(error), title: titles[status] ?? 'Error' } },
      {
        status,
        headers: {
          ...(status === 401 && { 'www-authenticate': wwwAuthenticate(request, getRuntime().config) }),
          ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
        },
      },
    );
  },
};

function inWords({ message, remedy }: StowageError): string {
  return remedy === undefined ? message : `${message} ${remedy}`;
}
