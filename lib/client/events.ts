import type { QueryClient } from '@tanstack/react-query';
import { serverEventTypes } from '#lib/contract/events.ts';
import type { ServerEvent } from '#lib/contract/events.ts';
import { createEventSink } from './event-sink.ts';
import { addresses } from './paths.ts';
import { passOnServerEvent } from './server-events.ts';

export type EventState = 'connecting' | 'live' | 'reconnecting';

const firstRetryMilliseconds = 1_000;
const longestRetryMilliseconds = 15_000;

/**
 * The one event stream of this tab: what it says goes into the query cache, so no page polls. The browser reconnects
 * by itself and asks for what it missed; only when it gives up (the server was gone, the session ended) does this open
 * a new stream, and then everything on the screen is fetched again.
 *
 * @returns the function that closes it.
 */
export function connectEvents(client: QueryClient, onState: (state: EventState) => void): () => void {
  const sink = createEventSink(client);
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let closed = false;

  /** What could not be fetched meanwhile. */
  const fetchAgain = () =>
    void client.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' });

  const open = (isReplacement: boolean) => {
    source = new EventSource(addresses.events);
    source.addEventListener('open', () => {
      attempt = 0;
      onState('live');
      if (!isReplacement) return fetchAgain();
      sink.take({ type: 'reset' });
      passOnServerEvent({ type: 'reset' });
    });
    source.addEventListener('error', () => {
      if (closed) return;
      onState('reconnecting');
      if (source?.readyState !== EventSource.CLOSED) return;
      // The stream is refused too when the session has ended; asking for it leads to signing in.
      void client.invalidateQueries({ queryKey: ['session'] });
      const wait = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** attempt);
      attempt += 1;
      timer = setTimeout(() => open(true), wait);
    });
    for (const type of serverEventTypes) {
      source.addEventListener(type, (event: MessageEvent<string>) => {
        const told = { ...(JSON.parse(event.data) as object), type } as ServerEvent;
        sink.take(told);
        passOnServerEvent(told);
      });
    }
  };

  const lineIsBack = () => {
    fetchAgain();
    if (source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(timer);
    open(true);
  };
  window.addEventListener('online', lineIsBack);
  onState('connecting');
  open(false);
  return () => {
    closed = true;
    window.removeEventListener('online', lineIsBack);
    clearTimeout(timer);
    source?.close();
    sink.close();
  };
}
