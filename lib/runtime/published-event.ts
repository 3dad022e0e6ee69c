import type { ServerEvent } from '../contract/events.ts';

export interface PublishedEvent {
  /** Row id in `events` for changes that are replayed; null for progress, of which only the last counts. */
  id: number | null;
  event: ServerEvent;
  /** Who may hear of it besides administrators: one project, or everybody who is signed in. */
  projectId: string | null;
}
