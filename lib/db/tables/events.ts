/** What happened. */
import type { Columns } from '../columns.ts';

export function defineEventTables({ table, text, time, json, serial, index }: Columns) {
  /** What changed, for `/api/events` and the page of an image; old rows go. */
  const events = table(
    'events',
    {
      id: serial(),
      at: time().notNull(),
      type: text().notNull(),
      image_id: text(),
      store_id: text(),
      /** Who may hear of it: this project and administrators; null: everybody who is signed in. */
      project_id: text(),
      actor_id: text(),
      request_id: text(),
      payload: json<Record<string, unknown>>().notNull(),
    },
    (event) => [index('events_image').on(event.image_id, event.id), index('events_at').on(event.at)],
  );

  return { events };
}
