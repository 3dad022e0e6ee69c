/** For tests: a small tus server that keeps uploads in memory, on @tus/server, with every answer in the test's hand. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { DataStore, Server, Upload } from '@tus/server';

export interface TestServer {
  endpoint: string;
  /** What the server holds, by id. */
  uploads: Map<string, { upload: Upload; bytes: Buffer }>;
  requests: string[];
  /** Bytes of bodies that came in. */
  receivedBytes: number;
  /** false: as a tus server that has never heard of `Stowage-Zeros`. */
  takesZeros: boolean;
  /** The most PATCHes that were under way at the same time. */
  mostAtOnce: number;
  /** Called first with each request: true means that it has answered (or cut the line) itself. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Awaited with each part of a PATCH that has come in; `bytes` counts from the start of this PATCH. */
  onReceived: (bytes: number) => void | Promise<void>;
  /** Cuts every line, as a router that is switched off. */
  cut(): void;
  /** Stops listening and cuts every line; `listen` takes the same port again. */
  stop(): Promise<void>;
  listen(): Promise<void>;
}

export async function openTestServer(): Promise<TestServer> {
  const uploads: TestServer['uploads'] = new Map();
  const tus = new Server({
    path: '/api/uploads',
    datastore: new MemoryStore(uploads, (bytes, newBytes) => {
      server.receivedBytes += newBytes;
      return server.onReceived(bytes);
    }),
    namingFunction: () => `u${(named += 1)}`,
    respectForwardedHeaders: false,
  });
  let http: HttpServer | null = null;
  let port = 0;
  let atOnce = 0;
  let named = 0;

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    server.requests.push(`${request.method} ${request.url}`);
    if (server.intercept(request, response)) return;
    if (server.takesZeros && request.headers['stowage-zeros'] !== undefined) {
      return appendZeros(request, response);
    }
    if (request.method === 'PATCH') {
      atOnce += 1;
      server.mostAtOnce = Math.max(server.mostAtOnce, atOnce);
      response.once('close', () => (atOnce -= 1));
    }
    void tus.handle(request, response);
  };
  const appendZeros = (request: IncomingMessage, response: ServerResponse) => {
    const kept = uploads.get(request.url?.split('/').at(-1) ?? '');
    if (kept === undefined || kept.bytes.length !== Number(request.headers['upload-offset'])) {
      response.writeHead(409).end();
      return;
    }
    kept.bytes = Buffer.concat([kept.bytes, Buffer.alloc(Number(request.headers['stowage-zeros']))]);
    response.writeHead(204, { 'tus-resumable': '1.0.0', 'upload-offset': kept.bytes.length }).end();
  };
  const server: TestServer = {
    endpoint: '',
    uploads,
    requests: [],
    receivedBytes: 0,
    takesZeros: true,
    mostAtOnce: 0,
    intercept: () => false,
    onReceived: () => undefined,
    cut: () => http?.closeAllConnections(),
    async stop() {
      const closing = http;
      http = null;
      closing?.closeAllConnections();
      await new Promise((resolve) => (closing ? closing.close(resolve) : resolve(null)));
    },
    async listen() {
      http = createServer(handle);
      await new Promise<void>((resolve) => http?.listen(port, '127.0.0.1', resolve));
      port = (http.address() as AddressInfo).port;
      server.endpoint = `http://127.0.0.1:${port}/api/uploads`;
    },
  };
  await server.listen();
  return server;
}

class MemoryStore extends DataStore {
  readonly #uploads: TestServer['uploads'];

  readonly #onReceived: (bytes: number, newBytes: number) => void | Promise<void>;

  constructor(
    uploads: TestServer['uploads'],
    onReceived: (bytes: number, newBytes: number) => void | Promise<void>,
  ) {
    super();
    this.#uploads = uploads;
    this.#onReceived = onReceived;
    this.extensions = ['creation', 'termination'];
  }

  override async create(upload: Upload): Promise<Upload> {
    this.#uploads.set(upload.id, { upload, bytes: Buffer.alloc(0) });
    return upload;
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const kept = this.#take(id);
    kept.bytes = kept.bytes.subarray(0, offset);
    const parts: Buffer[] = [kept.bytes];
    try {
      let received = 0;
      for await (const chunk of stream) {
        parts.push(chunk as Buffer);
        received += (chunk as Buffer).length;
        await this.#onReceived(received, (chunk as Buffer).length);
      }
    } finally {
      kept.bytes = Buffer.concat(parts);
      kept.upload.offset = kept.bytes.length;
    }
    return kept.bytes.length;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { upload, bytes } = this.#take(id);
    return new Upload({ ...upload, offset: bytes.length });
  }

  override async remove(id: string): Promise<void> {
    this.#take(id);
    this.#uploads.delete(id);
  }

  #take(id: string) {
    const kept = this.#uploads.get(id);
    if (kept === undefined) throw Object.assign(new Error('gone'), { status_code: 404, body: 'gone' });
    return kept;
  }
}
