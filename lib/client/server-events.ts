import type { ServerEvent } from '#lib/contract/events.ts';

const channel = 'stowage:server-event';

/** Every event of the server's stream, for what needs the event itself and not the state that the cache makes of it. */
export function onServerEvent(listener: (event: ServerEvent) => void): () => void {
  const hear = (event: Event) => listener((event as CustomEvent<ServerEvent>).detail);
  window.addEventListener(channel, hear);
  return () => window.removeEventListener(channel, hear);
}

export function passOnServerEvent(event: ServerEvent): void {
  window.dispatchEvent(new CustomEvent<ServerEvent>(channel, { detail: event }));
}
