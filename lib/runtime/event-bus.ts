/** Tells everybody in this process what has happened; `/api/events` passes it on to browsers. */
import type { ServerEvent } from '../contract/events.ts';

export interface PublishedEvent {
  /** Row id in `events` for changes that are replayed; null for progress, of which only the last counts. */
  id: number | null;
  event: ServerEvent;
  /** Who may hear of it besides administrators: one project, or everybody who is signed in. */
  projectId: string | null;
}

export interface EventBus {
  publish(event: PublishedEvent): void;
  /** Whether anybody listens: progress that nobody hears need not be looked up. */
  readonly heard: boolean;
  /** Returns the unsubscriber. A listener must not throw and must not block. */
  subscribe(listener: (event: PublishedEvent) => void): () => void;
}

export function openEventBus(): EventBus {
  const listeners = new Set<(event: PublishedEvent) => void>();
  return {
    get heard() {
      return listeners.size > 0;
    },
    publish(event) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
