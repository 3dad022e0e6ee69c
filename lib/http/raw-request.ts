import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface RawRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** On globalThis, because the server and the bundled route handlers each have their own copy of this file. */
const pin = Symbol.for('stowage.raw-request');
const pinned = globalThis as { [pin]?: AsyncLocalStorage<RawRequest> };
const storage = (pinned[pin] ??= new AsyncLocalStorage<RawRequest>());

/** Everything that `handle` starts can ask for this request with {@link rawRequest}. */
export function runWithRawRequest<Result>(
  req: IncomingMessage,
  res: ServerResponse,
  handle: () => Result,
): Result {
  return storage.run({ req, res }, handle);
}

/**
 * Node's own request, for routes that read large bodies without the hop over web streams. Undefined where no HTTP
 * request is being answered: in tests that call a handler, and at build time.
 */
export function rawRequest(): RawRequest | undefined {
  return storage.getStore();
}
