import { connection } from 'next/server';

/** Alive: nothing beside this process is asked, so that a database that is down does not get it restarted. */
export async function GET(): Promise<Response> {
  await connection();
  return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
}
