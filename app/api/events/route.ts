import { z } from 'zod';
import { authenticate } from '#lib/auth/authenticate.ts';
import { openEventStream } from '#lib/http/events/event-stream.ts';
import { takeStreamPlace } from '#lib/http/events/stream-limit.ts';
import { route } from '#lib/http/route.ts';

/** EventSource sends the header by itself when it comes back; the query is for a first connection that goes on. */
const query = z.object({ last_event_id: z.coerce.number().int().min(0).optional() });

export const GET = route({ query }, async ({ ctx, request, query }) => {
  const givenBack = takeStreamPlace(ctx.actor);
  const header = request.headers.get('last-event-id') ?? '';
  const lastEventId = /^\d{1,15}$/.test(header) ? Number(header) : (query.last_event_id ?? null);
  const stream = openEventStream(ctx, {
    lastEventId,
    isStillSignedIn: async () => {
      const caller = await authenticate(ctx.runtime, request.headers);
      // A role taken away, or another project, changes what may be heard: the browser comes back and is judged anew.
      return (
        caller !== null &&
        caller.administrator === ctx.actor.administrator &&
        caller.projectId === ctx.actor.projectId
      );
    },
    onEnd: givenBack,
  });
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
});
