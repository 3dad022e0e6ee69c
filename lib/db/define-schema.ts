/** Every table of Stowage. See `columns.ts` for why it is a function. */
import type { Columns } from './columns.ts';
import { defineCountTables } from './tables/counts.ts';
import { defineEventTables } from './tables/events.ts';
import { defineIdentityTables } from './tables/identity.ts';
import { defineImageTables } from './tables/images.ts';
import { defineLocationTables } from './tables/locations.ts';
import { defineMetadefTables } from './tables/metadefs.ts';
import { defineWorkTables } from './tables/work.ts';

export type { Role } from './tables/identity.ts';

export function defineSchema(columns: Columns) {
  return {
    ...defineImageTables(columns),
    ...defineLocationTables(columns),
    ...defineWorkTables(columns),
    ...defineCountTables(columns),
    ...defineMetadefTables(columns),
    ...defineIdentityTables(columns),
    ...defineEventTables(columns),
  };
}

export type Tables = ReturnType<typeof defineSchema>;
export type ImageRow = Tables['images']['$inferSelect'];
/** Without what it has of its image, which is the repositories' own business. */
export type LocationRow = Omit<Tables['locations']['$inferSelect'], CopiedColumn | DefaultedColumn> &
  Partial<Pick<Tables['locations']['$inferSelect'], DefaultedColumn>>;
type DefaultedColumn = 'reserved_bytes' | 'staged';
export type CopiedColumn = 'image_name' | 'image_size' | 'image_created_at' | 'image_updated_at';
export type UploadRow = Tables['uploads']['$inferSelect'];
export type StagedFile = NonNullable<UploadRow['staged']>;
export type TaskRow = Tables['tasks']['$inferSelect'];
export type TransferRow = Tables['transfers']['$inferSelect'];
export type EventRow = Tables['events']['$inferSelect'];
export type UserRow = Tables['users']['$inferSelect'];
export type ApplicationCredentialRow = Tables['application_credentials']['$inferSelect'];
export type ProjectRow = Tables['projects']['$inferSelect'];
export type TokenRow = Tables['tokens']['$inferSelect'];
