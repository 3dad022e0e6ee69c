import { connection } from 'next/server';

/** As oslo's healthcheck answers: this process takes requests. */
export async function GET(): Promise<Response> {
  await connection();
  return new Response('OK', {
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'cache-control': 'no-store' },
  });
}
