import type { ServerEvent } from '../contract/events.ts';
import type { EventRow } from '../db/define-schema.ts';

export interface PublishedEvent {
  /** Row id in `events` for changes that are replayed; null for progress, of which only the last counts. */
  id: number | null;
  event: ServerEvent;
  /** Who may hear of it besides administrators: one project, or everybody who is signed in. */
  projectId: string | null;
}

/** The payload of a row is the event as it was recorded. */
export function toPublished(row: EventRow): PublishedEvent {
  return { id: row.id, event: row.payload as unknown as ServerEvent, projectId: row.project_id };
}
