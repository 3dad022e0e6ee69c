import { isIP } from 'node:net';
import { rawRequest } from './raw-request.ts';

/**
 * The address that a request comes from. A proxy on this machine is believed when it names another; anybody else could
 * write what they like there. Null where there is no connection (tests that call a handler).
 */
export function clientAddress(request: Request): string | null {
  const peer = rawRequest()?.req.socket.remoteAddress?.replace(/^::ffff:/, '') ?? null;
  if (peer === null || (peer !== '::1' && !peer.startsWith('127.'))) return peer;
  const named =
    request.headers
      .get('x-forwarded-for')
      ?.split(',')
      .at(-1)
      ?.trim()
      .replace(/^::ffff:/, '') ?? '';
  return isIP(named) === 0 ? peer : named;
}
