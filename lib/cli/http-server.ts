import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { runWithRawRequest } from '#lib/http/raw-request.ts';
import { continueWhenRead, endAfterEarlyAnswer } from './unread-body.ts';

const kibibyte = 1024;
const agentLimitCharacters = 512;
/** Of a URL; many times what any call takes. */
const parameterLimit = 256;
/** Connections that wait to be taken up: a burst of a thousand clients must not be turned away by Node's 511. */
const backlog = 4096;

export type Handle = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export interface HttpServer {
  readonly server: Server;
  /** The port that was really taken. Throws what `listen` throws. */
  listen(host: string, port: number): Promise<number>;
  /** From now on `/readyz` is 503 and connections end after their answer. */
  startDraining(): void;
  /**
   * Waits until no request is being answered, at least `leastMilliseconds` and at most `mostMilliseconds`, then closes
   * the server with every connection that is left. Streams of events never end by themselves, so they are cut; browsers ask again.
   */
  close(leastMilliseconds: number, mostMilliseconds: number): Promise<void>;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * The one HTTP server. `handle` answers everything whose method and path can be one; it runs inside `runWithRawRequest`.
 * `unreadPatienceMilliseconds`: for the rest of a body that is answered already.
 */
export function openHttpServer(
  handle: Handle,
  onFailure: (error: unknown, req: IncomingMessage) => void,
  { unreadPatienceMilliseconds = 10_000 } = {},
): HttpServer {
  const answering = new Map<ServerResponse, IncomingMessage>();
  let draining = false;

  const server = createServer(
    {
      // A 100 GB image over a slow line takes hours; slow headers have their own limit.
      requestTimeout: 0,
      headersTimeout: 15_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 75_000,
      maxHeaderSize: 32 * kibibyte,
      // Of each request that waits to be read so much lies in memory; who reads does not depend on it.
      highWaterMark: 64 * kibibyte,
      noDelay: true,
    },
    answer,
  );
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    continueWhenRead(req, res);
    answer(req, res);
  });

  function answer(req: IncomingMessage, res: ServerResponse): void {
    answering.set(res, req);
    endAfterEarlyAnswer(req, res, unreadPatienceMilliseconds);
    res.once('close', () => answering.delete(res));
    req.url = withoutDoubledSlash(withoutOrigin(req.url ?? '/'));
    if (draining) {
      res.setHeader('Connection', 'close');
      if (pathOf(req) === '/readyz') return answerStopping(res);
    }
    // Next answers neither other methods nor other paths, but fails.
    if (!methods.includes(req.method ?? '')) {
      res.writeHead(405, { Allow: methods.join(', '), Connection: 'close' }).end();
      return;
    }
    if (req.method === 'OPTIONS' && req.url === '*') {
      res.writeHead(204, { Allow: methods.join(', ') }).end();
      return;
    }
    // What is there twice Next puts together in a time that grows with the square of their number: seconds for thousands.
    if ((req.url ?? '').split('&', parameterLimit + 1).length > parameterLimit) {
      res.writeHead(400, { 'Content-Type': 'text/plain' }).end('The URL has too many parameters.\n');
      return;
    }
    shortenAgent(req);
    if (!req.url.startsWith('/') || !isEncoded(pathOf(req))) {
      res.writeHead(400, { 'Content-Type': 'text/plain' }).end('The path is no percent-encoded UTF-8.\n');
      return;
    }
    runWithRawRequest(req, res, () => handle(req, res)).catch((error: unknown) => {
      onFailure(error, req);
      if (res.headersSent) res.destroy();
      else res.writeHead(500).end();
    });
  }

  return {
    server,
    listen(host, port) {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host, backlog }, () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      });
    },
    startDraining() {
      draining = true;
      for (const res of answering.keys()) {
        if (!res.headersSent) res.setHeader('Connection', 'close');
      }
    },
    async close(leastMilliseconds, mostMilliseconds) {
      const startedAt = performance.now();
      const elapsed = () => performance.now() - startedAt;
      while (elapsed() < mostMilliseconds && (answering.size > 0 || elapsed() < leastMilliseconds)) {
        // Not ended: whoever still writes to it would then raise an error event instead of a failed call.
        for (const [res, req] of answering) if (isEventStream(req)) res.destroy();
        await sleep(20);
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function pathOf(req: IncomingMessage): string {
  return (req.url ?? '').split('?', 1)[0] ?? '';
}

/** Next looks for robots in it, in a time that grows with the square of its length: 28 KiB took it eight seconds. */
function shortenAgent({ headers }: IncomingMessage): void {
  const agent = headers['user-agent'];
  if (agent !== undefined) headers['user-agent'] = agent.slice(0, agentLimitCharacters);
}

function isEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** A client that takes us for its proxy sends the whole URL, and every server has to take it (RFC 9112, 3.2.2). */
function withoutOrigin(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*\/?/i, '/');
}

/** A client that was given an endpoint with a slash at its end puts its paths, which begin with one, behind it. */
function withoutDoubledSlash(url: string): string {
  return url.replace(/^\/(image|identity(?:\/v3)?)\/{2,}/, '/$1/');
}

function isEventStream(req: IncomingMessage): boolean {
  return req.headers.accept?.includes('text/event-stream') ?? false;
}

function answerStopping(res: ServerResponse): void {
  res.writeHead(503, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Retry-After': '5' });
  res.end('{"status":"stopping"}\n');
}
