/** The tables as drizzle-kit reads them to write migrations into drizzle/sqlite. */
import { sqliteColumns } from './columns.ts';
import { defineSchema } from './define-schema.ts';

export const {
  images,
  deleted_images,
  image_tags,
  image_properties,
  image_members,
  image_pieces,
  locations,
  uploads,
  transfers,
  tasks,
  metadef_namespaces,
  metadef_entries,
  metadef_resource_types,
  metadef_standard,
  stores,
  leases,
  store_counters,
  image_counters,
  project_usage,
  project_limits,
  projects,
  users,
  role_assignments,
  tokens,
  application_credentials,
  known_projects,
  key_fingerprints,
  events,
} = defineSchema(sqliteColumns);
