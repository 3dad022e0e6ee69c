import { errorStatus } from '../../contract/errors.ts';
import type { Wire } from '../wire.ts';

/** For what fails before the protocol begins: not signed in, or our own mistake. */
export const tusWire: Wire = {
  headers: (requestId) => ({
    'x-openstack-request-id': requestId,
    'Tus-Resumable': '1.0.0',
    'cache-control': 'no-store',
  }),
  error(error, requestId) {
    const { code, message: detail, remedy, phrases } = error;
    const body = { code, detail, remedy, phrases, request_id: requestId };
    return Response.json(body, {
      status: errorStatus[error.code],
      headers: {
        'Stowage-Error': error.code,
        ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
      },
    });
  },
};
