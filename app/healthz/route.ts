/** Next would else ask it once, when it is built. */
export const dynamic = 'force-dynamic';

/** Alive: nothing beside this process is asked, so that a database that is down does not get it restarted. */
export async function GET(): Promise<Response> {
  return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
}
