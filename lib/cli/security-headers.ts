import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What answers programs and never a page: nothing in it may run or be framed, should a browser show it. */
const forPrograms = /^\/(api|image|identity|healthz|readyz|healthcheck|metrics)(\/|$)/;

/**
 * Sets the headers that every answer has. Next takes the nonce for its own inline scripts from the policy in the
 * *request* headers, so it is put there too, over whatever the client sent.
 */
export function setSecurityHeaders(
  req: IncomingMessage,
  res: ServerResponse,
  { development, https }: { development: boolean; https: boolean },
): void {
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'same-origin');
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  if (https) res.setHeader('Strict-Transport-Security', 'max-age=31536000');
  delete req.headers['content-security-policy-report-only'];
  if (forPrograms.test(req.url ?? '')) {
    delete req.headers['content-security-policy'];
    res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
    return;
  }
  const policy = pagePolicy(randomBytes(16).toString('base64'), development);
  req.headers['content-security-policy'] = policy;
  res.setHeader('Content-Security-Policy', policy);
}

function pagePolicy(nonce: string, development: boolean): string {
  return [
    "default-src 'self'",
    // Picked files are recognised by a hash in WebAssembly, which this allows and evaluated text not. Reloading in
    // development evaluates code.
    `script-src 'self' 'nonce-${nonce}' 'wasm-unsafe-eval'${development ? " 'unsafe-eval'" : ''}`,
    // Inline styles carry the widths of bars and the places of virtual rows; they cannot run anything.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
