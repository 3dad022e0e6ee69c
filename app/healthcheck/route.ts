/** Next would else ask it once, when it is built. */
export const dynamic = 'force-dynamic';

/** As oslo's healthcheck answers: this process takes requests. */
export async function GET(): Promise<Response> {
  return new Response('OK', {
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'cache-control': 'no-store' },
  });
}
