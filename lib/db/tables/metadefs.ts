/** Glance's metadata definitions. */
import type { Columns } from '../columns.ts';

export function defineMetadefTables({ table, text, number, time, flag, json, index, primaryKey }: Columns) {
  /** Glance's metadata definitions: what images, flavors and volumes may be described with, in namespaces. */
  const metadef_namespaces = table(
    'metadef_namespaces',
    {
      id: text().primaryKey(),
      name: text().notNull().unique(),
      display_name: text(),
      description: text(),
      visibility: text().$type<'public' | 'private'>().notNull(),
      protected: flag().notNull(),
      owner_id: text().notNull(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
    },
    (namespace) => [
      index('metadef_namespaces_created').on(namespace.created_at, namespace.id),
      index('metadef_namespaces_owner').on(namespace.owner_id, namespace.created_at, namespace.id),
      index('metadef_namespaces_visibility').on(namespace.visibility, namespace.created_at, namespace.id),
    ],
  );

  /** What is in a namespace: its objects, properties and tags, and its associations with types of resources. */
  const metadef_entries = table(
    'metadef_entries',
    {
      namespace_id: text().notNull(),
      kind: text().$type<'object' | 'property' | 'tag' | 'resource_type'>().notNull(),
      name: text().notNull(),
      /** The order in which they came, where the time does not tell. */
      position: number().notNull(),
      /** As the Images API shows it, without the name. */
      body: json<Record<string, unknown>>().notNull(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
    },
    (entry) => [
      primaryKey({ columns: [entry.namespace_id, entry.kind, entry.name] }),
      index('metadef_entries_name').on(entry.kind, entry.name, entry.namespace_id),
    ],
  );

  const metadef_resource_types = table('metadef_resource_types', {
    name: text().primaryKey(),
    protected: flag().notNull(),
    created_at: time().notNull(),
    updated_at: time().notNull(),
  });

  /** Standard namespaces that were written once: what an administrator changes or deletes of them stays so. */
  const metadef_standard = table('metadef_standard', {
    name: text().primaryKey(),
    loaded_at: time().notNull(),
  });

  return { metadef_namespaces, metadef_entries, metadef_resource_types, metadef_standard };
}
