import { randomBytes } from 'node:crypto';
import { Server } from '@tus/server';
import { errorStatus, isStowageError, StowageError } from '../../contract/errors.ts';
import type { Context } from '../../runtime/context.ts';
import type { Piece } from '../../pipeline/types.ts';
import { getUpload } from '../../services/uploads/get.ts';
import { rawRequest } from '../raw-request.ts';
import { RequestBody } from '../../streams/request-body.ts';
import { runTusCall, tusCall, type TusCall } from './call.ts';
import { checksumAlgorithms, readChecked } from './checked-body.ts';
import { StowageDataStore } from './data-store.ts';
import { StowageLocker } from './locker.ts';

const tusPath = '/api/uploads';

/** The error that a tus call threw, kept so that our answer can say more than @tus/server's. */
const thrown = new WeakMap<Request, StowageError>();

const server = new Server({
  path: tusPath,
  datastore: new StowageDataStore(),
  locker: new StowageLocker(),
  relativeLocation: true,
  namingFunction: () => randomBytes(18).toString('hex'),
  async onResponseError(request, error) {
    // @tus/server's own refusals are plain objects with a status.
    if (!isStowageError(error) && 'status_code' in error) return undefined;
    const known = isStowageError(error) ? error : unknownError(error);
    thrown.set(request, known);
    return { status_code: errorStatus[known.code], body: `${known.message}\n` };
  },
});

/** Its text stays in the log. */
function unknownError(error: unknown): StowageError {
  tusCall().ctx.log.error({ err: error }, 'a tus request failed');
  return new StowageError('internal', 'Stowage failed to do this. The log has more under the request id.', {
    cause: error,
  });
}

/**
 * One tus request. @tus/server does the protocol; we check what it answers otherwise than the protocol asks, carry the
 * bytes ourselves and add `Stowage-Image-Id`, the checksum extension and readable errors.
 */
export async function handleTus(ctx: Context, request: Request): Promise<Response> {
  const refusal = checkHeaders(request);
  if (refusal !== null) return toResponse(refusal);
  const raw = rawRequest();
  if (raw === undefined) throw new Error('tus needs the request of our own server');
  const incoming = carriesBytes(request) ? new RequestBody(raw.req) : null;
  try {
    const call: TusCall = { ctx, body: await openBody(ctx, request, incoming) };
    const bare = new Request(request.url, { method: request.method, headers: request.headers });
    const response = await runTusCall(call, () => server.handleWeb(bare));
    const error = thrown.get(bare);
    if (error !== undefined) return toResponse(error, response);
    if (request.method === 'OPTIONS')
      response.headers.set('Tus-Checksum-Algorithm', checksumAlgorithms.join(','));
    if (call.imageId !== undefined) response.headers.set('Stowage-Image-Id', call.imageId);
    if (ctx.runtime.draining) response.headers.set('Connection', 'close');
    return response;
  } catch (error) {
    if (isStowageError(error)) return toResponse(error);
    throw error;
  } finally {
    incoming?.release();
  }
}

function carriesBytes(request: Request): boolean {
  return (
    request.method === 'PATCH' ||
    (request.method === 'POST' && request.headers.get('content-type') === 'application/offset+octet-stream')
  );
}

const empty = { next: async () => null };

async function openBody(
  ctx: Context,
  request: Request,
  incoming: RequestBody | null,
): Promise<TusCall['body']> {
  if (incoming === null) return empty;
  const zeros = request.headers.get('stowage-zeros');
  if (zeros !== null) return once([{ zeros: parseZeros(zeros, request) }]);
  const checksum = request.headers.get('upload-checksum');
  if (checksum === null) return incoming;
  // Nobody holds memory for an upload that is not theirs.
  if (request.method === 'PATCH')
    await getUpload(ctx, new URL(request.url).pathname.split('/').at(-1) ?? '', 'write');
  const length = request.headers.get('content-length');
  return once(await readChecked(incoming, checksum, length === null ? null : Number(length)));
}

function once(pieces: readonly Piece[]): TusCall['body'] {
  let given = false;
  return {
    async next() {
      if (given) return null;
      given = true;
      return pieces;
    },
  };
}

function parseZeros(header: string, request: Request): number {
  const count = Number(header);
  const length = request.headers.get('content-length');
  if (
    !/^\d{1,16}$/.test(header) ||
    !Number.isSafeInteger(count) ||
    count === 0 ||
    (length !== null && length !== '0')
  ) {
    throw new StowageError('bad_request', 'Stowage-Zeros is a number of bytes above 0, with an empty body.', {
      field: 'Stowage-Zeros',
    });
  }
  return count;
}

/** The musts of the protocol that @tus/server answers with another status, and headers that come twice or malformed. */
function checkHeaders(request: Request): StowageError | null {
  const { headers, method } = request;
  if (method !== 'OPTIONS' && headers.get('tus-resumable') === null) return null;
  if (method === 'PATCH') {
    const offset = headers.get('upload-offset');
    if (offset === null)
      return new StowageError('bad_request', 'Upload-Offset is missing.', { field: 'Upload-Offset' });
    if (!/^\d{1,16}$/.test(offset))
      return new StowageError('bad_request', 'Upload-Offset is not a number.', { field: 'Upload-Offset' });
    if (headers.get('content-type') !== 'application/offset+octet-stream') {
      return new StowageError(
        'unsupported_media_type',
        'A PATCH has the Content-Type application/offset+octet-stream.',
        { field: 'Content-Type' },
      );
    }
  }
  if (method === 'POST') {
    const length = headers.get('upload-length');
    const defer = headers.get('upload-defer-length');
    if (headers.get('upload-concat') !== null) {
      return new StowageError(
        'bad_request',
        'Concatenation is not offered: Upload-Concat is not known here.',
        { field: 'Upload-Concat' },
      );
    }
    if ((length === null) === (defer === null)) {
      return new StowageError(
        'bad_request',
        'Either Upload-Length or Upload-Defer-Length: 1 is needed, and not both.',
        { field: 'Upload-Length' },
      );
    }
    if (length !== null && (!/^\d{1,16}$/.test(length) || !Number.isSafeInteger(Number(length)))) {
      return new StowageError('bad_request', 'Upload-Length is not a number of bytes.', {
        field: 'Upload-Length',
      });
    }
    if (defer !== null && defer !== '1')
      return new StowageError('bad_request', 'Upload-Defer-Length can only be 1.', {
        field: 'Upload-Defer-Length',
      });
  }
  return null;
}

function toResponse(error: StowageError, from?: Response): Response {
  const headers = new Headers(from?.headers);
  headers.delete('content-length');
  headers.set('Content-Type', 'application/json');
  headers.set('Tus-Resumable', '1.0.0');
  headers.set('Stowage-Error', error.code);
  if (error.retryAfterSeconds !== undefined) headers.set('Retry-After', String(error.retryAfterSeconds));
  if (error.code === 'stopping') headers.set('Connection', 'close');
  const body = {
    code: error.code,
    detail: error.message,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(error.phrases === undefined ? {} : { phrases: error.phrases }),
  };
  return new Response(JSON.stringify(body), { status: errorStatus[error.code], headers });
}
