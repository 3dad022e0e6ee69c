import { getRuntime } from '#lib/runtime/runtime.ts';
import { readiness } from '#lib/services/health/readiness.ts';

/** Next would else ask it once, when it is built. */
export const dynamic = 'force-dynamic';

/** Whether to send requests here: 503 while it stops, without its database, or without any store. */
export async function GET(): Promise<Response> {
  const { ready, checks } = await readiness(getRuntime());
  return Response.json(
    { status: ready ? 'ready' : 'not ready', checks },
    {
      status: ready ? 200 : 503,
      headers: { 'cache-control': 'no-store', ...(!ready && { 'retry-after': '5' }) },
    },
  );
}
