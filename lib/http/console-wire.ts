import { errorStatus, type Problem, type StowageError } from '../contract/errors.ts';
import type { Wire } from './wire.ts';

/** Console JSON: RFC 9457 problem details with a stable code. */
export const consoleWire: Wire = {
  headers: (requestId) => ({ 'x-openstack-request-id': requestId, 'cache-control': 'no-store' }),
  error(error, requestId) {
    const status = errorStatus[error.code];
    return Response.json(toProblem(error, requestId), {
      // 460 is tus's own; nothing else answers it.
      status: error.code === 'checksum_mismatch' ? 400 : status,
      headers: {
        'content-type': 'application/problem+json',
        ...(error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
      },
    });
  },
};

function toProblem(error: StowageError, requestId: string): Problem {
  return {
    type: `urn:stowage:error:${error.code}`,
    title: error.code.replaceAll('_', ' '),
    status: error.code === 'checksum_mismatch' ? 400 : errorStatus[error.code],
    detail: error.message,
    code: error.code,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(error.phrases === undefined ? {} : { phrases: error.phrases }),
    ...(error.field === undefined ? {} : { field: error.field }),
    request_id: requestId,
  };
}
