import { errorStatus, type ErrorCode } from '#lib/contract/errors.ts';
import { getRuntime } from '#lib/runtime/runtime.ts';
import { wwwAuthenticate } from '../identity/www-authenticate.ts';
import type { Wire } from '../wire.ts';

/** Where Glance answers another status than the console. */
const glanceStatus: Partial<Record<ErrorCode, number>> = {
  last_location: 403,
  store_full: 413,
  // What was uploaded is not what it was said to be.
  checksum_mismatch: 400,
  upload_locked: 409,
};

const titles: Record<number, string> = {
  300: 'Multiple Choices',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  // As webob spells it.
  416: 'Request Range Not Satisfiable',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/**
 * Errors of the Images API: a small HTML page as webob makes it, because that is what its clients strip and show; JSON
 * for who asks for it, in a form that the same clients can read as well.
 */
export const imageWire: Wire = {
  // No cache on the way knows that an answer belongs to the bearer of X-Auth-Token.
  headers: (requestId) => ({ 'x-openstack-request-id': requestId, 'cache-control': 'no-store' }),
  error(error, requestId, request) {
    const status = glanceStatus[error.code] ?? errorStatus[error.code];
    const title = titles[status] ?? 'Error';
    const parts = [error.glance, error.message, error.remedy].filter((part) => part !== undefined);
    const message = [...parts.slice(0, -1).map(sentence), ...parts.slice(-1)].join(' ');
    const headers = {
      ...(status === 401 && { 'www-authenticate': wwwAuthenticate(request, getRuntime().config) }),
      ...(error.wholeBytes !== undefined && { 'content-range': `bytes */${error.wholeBytes}` }),
      ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
    };
    if (asksForJson(request)) {
      return Response.json(
        { error: { code: status, title, message, reason: error.code, request_id: requestId } },
        { status, headers },
      );
    }
    return new Response(toHtml(status, title, message), {
      status,
      headers: { ...headers, 'content-type': 'text/html; charset=UTF-8' },
    });
  },
};

function asksForJson(request: Request): boolean {
  return (request.headers.get('accept') ?? '').includes('application/json');
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function toHtml(status: number, title: string, message: string): string {
  return `<html>
 <head>
  <title>${status} ${title}</title>
 </head>
 <body>
  <h1>${status} ${title}</h1>
  ${escapeHtml(message)}<br /><br />



 </body>
</html>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Quotes stay, as nothing is put into an attribute: clients show the page without its tags and resolve nothing. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character] ?? character);
}
