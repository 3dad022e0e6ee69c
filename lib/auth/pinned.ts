import type { Database } from '#lib/db/database.ts';

const pin = Symbol.for('stowage.auth-parts');
type Pinned = { [pin]?: WeakMap<Database, Map<string, object>> };

/**
 * A part of sign-in that must be the same for bundled routes and native code (caches, counters of failed attempts): one
 * for each open database.
 */
export function pinnedTo<Part extends object>(db: Database, name: string, open: () => Part): Part {
  const parts = ((globalThis as Pinned)[pin] ??= new WeakMap());
  let ofDatabase = parts.get(db);
  if (ofDatabase === undefined) parts.set(db, (ofDatabase = new Map()));
  let part = ofDatabase.get(name);
  if (part === undefined) ofDatabase.set(name, (part = open()));
  return part as Part;
}
