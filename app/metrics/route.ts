import { toExposition } from '#lib/http/metrics/exposition.ts';
import { route } from '#lib/http/route.ts';

export const GET = route(
  { access: 'none' },
  async ({ ctx }) =>
    new Response(await toExposition(ctx.runtime), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    }),
);
