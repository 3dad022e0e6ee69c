import { StowageError } from '../contract/errors.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A request that changes something and is authenticated by the cookie must come from our own pages: browsers say so
 * in `Sec-Fetch-Site`, older ones in `Origin`. Without either it is refused, because a form elsewhere could send it.
 */
export function refuseCrossSite(request: Request, publicUrl: string | null): void {
  if (safeMethods.has(request.method)) return;
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return;
  const origin = request.headers.get('origin');
  if (site === null && origin !== null && isOurs(origin, request, publicUrl)) return;
  throw new StowageError('forbidden', 'This request came from another site and was not carried out.', {
    remedy: 'Use the console itself, or a token instead of the session cookie.',
  });
}

function isOurs(origin: string, request: Request, publicUrl: string | null): boolean {
  if (publicUrl !== null && origin === new URL(publicUrl).origin) return true;
  const host = request.headers.get('host');
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
