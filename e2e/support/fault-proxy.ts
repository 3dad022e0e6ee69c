/**
 * An HTTP proxy between a store and its server that does to chosen requests what networks and busy servers do. It
 * passes on the Host header as it came, so signatures stay right.
 */
import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export type NetworkFault =
  /** Passed on after so long. */
  | { kind: 'latency'; milliseconds: number }
  /** Answered by the proxy; the server never hears of it. */
  | { kind: 'status'; status: number; retryAfterSeconds?: number; body?: string }
  /** The connection of the client is gone (RST) before anything was passed on. */
  | { kind: 'reset' }
  /** So many bytes of the body get through, then the connection is cut. */
  | { kind: 'cut'; of: 'request' | 'response'; atByte: number }
  /** The answer's connection ends (FIN) as if it were complete, after so many bytes of the body. */
  | { kind: 'half-close'; atByte: number }
  /** The server does what it is asked; its answer is lost. */
  | { kind: 'lost-answer' }
  /** The server is asked twice; the client gets the second answer. Only for requests without or with a small body. */
  | { kind: 'duplicate' }
  /** A cache that knows no ranges asks as nobody and passes on the whole. */
  | { kind: 'no-range' }
  /** Nothing ever comes back. */
  | { kind: 'black-hole' }
  /** One byte of the body is another one. */
  | { kind: 'corrupt'; of: 'request' | 'response'; atByte: number };

export interface SeenRequest {
  /** Counted from 0 since the plan was set. */
  readonly index: number;
  readonly method: string;
  readonly url: string;
  /** By lower-case name; what would let somebody in is masked. */
  readonly headers: Readonly<Record<string, string>>;
}

export type FaultPlan = (request: SeenRequest) => NetworkFault | null;

export interface FaultProxy {
  readonly url: string;
  /** Requests since the plan was set. */
  readonly seen: readonly SeenRequest[];
  /** Bytes of bodies to the server and back since the plan was set. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** How often a fault was done since the plan was set. */
  readonly faults: number;
  plan(plan: FaultPlan): void;
  close(): Promise<void>;
}

export const noFaults: FaultPlan = () => null;

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const upstream = new URL(target);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  let plan = noFaults;
  let seen: SeenRequest[] = [];
  let faults = 0;
  let sentBytes = 0;
  let receivedBytes = 0;
  const server = http.createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const noted = { index: seen.length, method, url, headers: withoutSecrets(request.headers) };
    seen.push(noted);
    const fault = plan(noted);
    if (fault !== null) faults += 1;
    // The client may go away at any time; that is its matter.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => (sentBytes += chunk.length)).pause();
    const count = (chunk: Buffer) => (receivedBytes += chunk.length);
    pass(request, response, fault, { upstream, agent, count }).catch(() => response.destroy());
  });
  // Tests hold connections for as long as they like.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get seen() {
      return seen;
    },
    get faults() {
      return faults;
    },
    get sentBytes() {
      return sentBytes;
    },
    get receivedBytes() {
      return receivedBytes;
    },
    plan(next) {
      plan = next;
      seen = [];
      faults = 0;
      sentBytes = 0;
      receivedBytes = 0;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

const secretHeaders = new Set(['x-amz-security-token', 'x-auth-key', 'x-auth-token', 'x-subject-token']);

/** A test that fails shows what it saw. */
function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
  const shown = Object.entries(headers).map(([name, value]) => {
    const text = secretHeaders.has(name) ? '(masked)' : String(value);
    return [name, name === 'authorization' ? text.replace(/Signature=\w+/, 'Signature=(masked)') : text];
  });
  return Object.fromEntries(shown) as Record<string, string>;
}

interface Target {
  upstream: URL;
  agent: http.Agent;
  /** Told of what comes back. */
  count(chunk: Buffer): void;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  fault: NetworkFault | null,
  target: Target,
): Promise<void> {
  switch (fault?.kind) {
    case 'black-hole':
      return void request.resume();
    case 'reset':
      return void request.socket.resetAndDestroy();
    case 'latency':
      await sleep(fault.milliseconds);
      break;
    case 'status': {
      const wait = fault.retryAfterSeconds;
      request.resume();
      if (!request.complete) await once(request, 'end');
      response.writeHead(fault.status, wait === undefined ? {} : { 'retry-after': String(wait) });
      return void response.end(fault.body);
    }
    case 'duplicate': {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
      const first = await ask(request, target, body);
      first.resume();
      await once(first, 'end');
      return answer(await ask(request, target, body), response, null);
    }
  }
  if (fault?.kind === 'no-range') {
    for (let i = request.rawHeaders.length - 2; i >= 0; i -= 2) {
      if (/^(range|authorization|if-match|x-amz-.*)$/i.test(request.rawHeaders[i] ?? '')) {
        request.rawHeaders.splice(i, 2);
      }
    }
  }
  const asked = open(request, target);
  // Whoever goes away in the middle takes the request to the server with him.
  response.once('close', () => {
    if (!response.writableFinished && fault?.kind !== 'lost-answer') asked.destroy();
  });
  const isOfRequest = (fault?.kind === 'cut' || fault?.kind === 'corrupt') && fault.of === 'request';
  const changed = isOfRequest
    ? request.pipe(
        tampered(fault, () => {
          asked.destroy();
          request.socket.destroy();
        }),
      )
    : request;
  changed.pipe(asked);
  const [found] = (await once(asked, 'response')) as [IncomingMessage];
  found.on('data', target.count).pause();
  if (fault?.kind === 'lost-answer') {
    found.resume();
    await once(found, 'end');
    return void request.socket.destroy();
  }
  answer(found, response, isOfRequest ? null : fault);
}

function answer(found: IncomingMessage, response: ServerResponse, fault: NetworkFault | null): void {
  found.on('error', () => response.destroy());
  response.writeHead(found.statusCode ?? 502, found.rawHeaders);
  if (fault?.kind !== 'cut' && fault?.kind !== 'corrupt' && fault?.kind !== 'half-close') {
    return void found.pipe(response);
  }
  response.flushHeaders();
  const cut = () => {
    found.destroy();
    if (fault.kind === 'half-close') response.socket?.end();
    else response.destroy();
  };
  found.pipe(tampered(fault, cut)).pipe(response);
}

/** Ends or changes what passes at one byte. `cut` is called when what came before was passed on. */
function tampered(
  fault: { kind: 'cut' | 'half-close' | 'corrupt'; atByte: number },
  cut: () => void,
): Transform {
  let offset = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = fault.atByte - offset;
      offset += chunk.length;
      if (at < 0 || at >= chunk.length) return done(null, chunk);
      if (fault.kind === 'corrupt') {
        const changed = Buffer.from(chunk);
        changed[at] = (changed[at] ?? 0) ^ 0x55;
        return done(null, changed);
      }
      this.push(chunk.subarray(0, at));
      // What was pushed has left for the socket by then.
      setTimeout(cut, 5);
    },
  });
}

function open(request: IncomingMessage, { upstream, agent }: Target): http.ClientRequest {
  return http.request({
    host: upstream.hostname,
    port: upstream.port,
    agent,
    method: request.method,
    path: request.url,
    headers: request.rawHeaders,
    setHost: false,
  });
}

async function ask(request: IncomingMessage, target: Target, body: Buffer): Promise<IncomingMessage> {
  const asked = open(request, target);
  asked.end(body);
  const [found] = (await once(asked, 'response')) as [IncomingMessage];
  return found;
}
