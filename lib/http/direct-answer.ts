import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestBody } from '../streams/request-body.ts';
import { sendChunks } from './raw-body.ts';
import type { RouteHandler } from './route.ts';

/** What a route learns of its address it takes from the headers; a request needs some origin to be one. */
const origin = 'http://stowage.invalid';

/**
 * As long as the answer is there. A request that is collected does not abort the signal that was taken from it, and of a
 * download only that is left, for hours.
 */
const requests = new WeakMap<ServerResponse, Request>();

/**
 * Runs a route handler for a request of Node's server, without Next between them. Nothing of the body is read before the
 * handler does, from the request that it gets or from `rawRequest()`. Rejects when the handler does; nothing has been
 * sent then.
 */
export async function answerDirectly(
  handler: RouteHandler,
  params: Record<string, string>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  // A client that leaves is told of by 'close'; as an error that nobody listens to it would end the process.
  req.on('error', ignored);
  res.on('error', ignored);
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  const { method = 'GET', url = '/' } = req;
  const request = new Request(origin + url, {
    method,
    headers: headersOf(req),
    signal: gone.signal,
    ...(hasBody(req) && { body: bodyOf(req, gone.signal), duplex: 'half' }),
  });
  requests.set(res, request);
  await send(req, res, await handler(request, { params: Promise.resolve(params) }));
}

function ignored(): void {}

function hasBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Asks the socket when it is asked itself. What nobody reads the server deals with when the answer is sent. */
function bodyOf(req: IncomingMessage, signal: AbortSignal): ReadableStream<Uint8Array> {
  let body: RequestBody | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        body ??= new RequestBody(req);
        const batch = await body.next(signal);
        for (const chunk of batch ?? []) controller.enqueue(chunk);
        if (batch !== null) return;
        body.release();
        controller.close();
      },
      cancel: () => body?.release(),
    },
    { highWaterMark: 0 },
  );
}

function headersOf(req: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) headers.append(name, one);
    }
  }
  return headers;
}

async function send(req: IncomingMessage, res: ServerResponse, response: Response): Promise<void> {
  if (res.destroyed) {
    await response.body?.cancel();
    return;
  }
  res.statusCode = response.status;
  // What the server has set already (its security headers, the end of the connection) is not for a route to change.
  const present = new Set(res.getHeaderNames());
  for (const [name, value] of response.headers) if (!present.has(name)) res.appendHeader(name, value);
  if (response.body === null || req.method === 'HEAD') res.end();
  else if (response.headers.get('content-type')?.startsWith('application/json')) {
    // Whole and with its length, and not compressed: as Glance answers.
    const text = Buffer.from(await response.arrayBuffer());
    if (!res.destroyed) res.setHeader('Content-Length', text.byteLength).end(text);
  } else await sendChunks(res, response.body);
}
