import './thread-pool.ts';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchYoungMemory } from '#lib/streams/young-memory.ts';
import { openRuntime } from '#lib/runtime/open-runtime.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { assertBuilt } from './bootstrap/build.mjs';
import { openDirectRoutes } from './direct-routes.ts';
import { exitOnFailure } from './failure.ts';
import { openHttpServer, type Handle } from './http-server.ts';
import { captureConsole, openLog } from './logger.ts';
import { readConfigOrExit } from './read-config.ts';
import { say } from './say.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { stopRequested } from './stop-signals.ts';

/** So that whoever asks /readyz twice a second sees the 503 before connections are refused. */
const drainLeastMilliseconds = 600;
const drainMostMilliseconds = 20_000;
const closeMostMilliseconds = 5_000;
const startPatienceMilliseconds = 10_000;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const development = process.argv.includes('--dev');
const config = readConfigOrExit();
const { log, flush } = openLog(config.logLevel);
exitOnFailure(log, flush);
if (!development) captureConsole(log);
const stop = stopRequested();
watchYoungMemory();

/** Empty until everything is open. */
const serving: { handle?: Handle } = {};
const opened = Promise.withResolvers<void>();
const http = openHttpServer(
  async (req, res) => {
    setSecurityHeaders(req, res, { development, https: config.publicUrl?.startsWith('https:') ?? false });
    // A balancer that does not ask /readyz sends requests already: they wait instead of failing.
    if (!serving.handle && !isProbe(req)) await within(startPatienceMilliseconds, opened.promise);
    if (res.destroyed) return;
    if (serving.handle) return serving.handle(req, res);
    res
      .writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' })
      .end('{"status":"starting"}\n');
  },
  (error, req) =>
    log.error({ err: error, method: req.method, path: req.url?.split('?')[0] }, 'a request failed'),
);

// The port comes first: where another process has it, that one may also have the data directory open.
const port = await listenOrExit();
const runtime = await openRuntime(config, log, { role: 'web' });
// React and Next choose their code by it when they are loaded.
Object.assign(process.env, { NODE_ENV: development ? 'development' : 'production' });
const pages = development ? await openNext(port) : pagesWhenAsked(port);
// In development Next answers everything, so that what is edited is what runs.
serving.handle = development ? pages.handle : await openDirectRoutes(root, pages.handle);
opened.resolve();
announce(runtime, port);

const reason = await stop;
log.info({ reason }, 'stopping');
http.startDraining();
const drained = runtime.startDraining();
await http.close(drainLeastMilliseconds, drainMostMilliseconds);
const closed = await within(
  closeMostMilliseconds,
  Promise.all([drained, pages.close()]).then(() => runtime.close()),
);
if (closed) log.info('stopped');
else log.error(`parts of the service did not close within ${closeMostMilliseconds} ms`);
flush();
process.exit(closed ? 0 : 1);

async function listenOrExit(): Promise<number> {
  try {
    return await http.listen(config.host, config.port);
  } catch (error) {
    say(listenAdvice(error as NodeJS.ErrnoException));
    process.exit(1);
  }
}

function listenAdvice({ code, message }: NodeJS.ErrnoException): string {
  const place = `${config.host}:${config.port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on ${place} already (perhaps Stowage itself). Stop it, or choose another port: PORT=${config.port + 1} npm start`;
    case 'EACCES':
      return `This user may not listen on ${place}. Ports below 1024 are the system's: choose another, PORT=9292 npm start`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${config.host} is no address of this machine. Set HOST to one that is, or to 0.0.0.0 for all of them.`;
    default:
      return `Listening on ${place} failed: ${message}.`;
  }
}

function isProbe({ url = '' }: IncomingMessage): boolean {
  return /^\/(readyz|healthz|healthcheck|metrics)(\?|$)/.test(url);
}

interface Pages {
  readonly handle: Handle;
  close(): Promise<void>;
}

/** Next takes as much memory as all the rest; where only programs ask, it is never loaded. */
function pagesWhenAsked(actualPort: number): Pages {
  assertBuilt(root);
  let pages: Promise<Pages> | undefined;
  const open = () =>
    (pages ??= openNext(actualPort).catch((error: unknown) => {
      // Whoever asks next tries again.
      pages = undefined;
      throw error;
    }));
  return {
    handle: async (req, res) => (await open()).handle(req, res),
    close: async () => (await pages?.catch(() => undefined))?.close(),
  };
}

/** Next in this process, so that its routes reach the runtime. */
async function openNext(actualPort: number): Promise<Pages> {
  const { default: create } = await import('next');
  // Next takes upgraded connections from this server. Only reloading needs them: in production a client that offers
  // HTTP/2 on its first request shall simply be answered, so Next is given a server that never listens.
  const httpServer = development ? http.server : createServer();
  const app = create({
    dev: development,
    dir: root,
    hostname: config.host,
    port: actualPort,
    httpServer,
    quiet: true,
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (req, res) => handle(req, res), close: () => app.close() };
}

function announce({ firstAdminPassword }: Runtime, actualPort: number): void {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = config.publicUrl ?? `http://${host}:${actualPort}`;
  if (firstAdminPassword !== null) {
    say(`The first administrator is "admin" with the password ${firstAdminPassword} (shown this once).`);
  }
  say(`Stowage is at ${url}`);
  log.info({ url, stores: config.stores.map(({ id }) => id) }, 'listening');
}

/** Whether it was done in time. */
async function within(milliseconds: number, work: Promise<void>): Promise<boolean> {
  const timeout = new Promise<false>((resolve) => setTimeout(() => resolve(false), milliseconds).unref());
  return Promise.race([work.then(() => true), timeout]);
}
