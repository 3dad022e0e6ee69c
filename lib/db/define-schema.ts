/** Every table of Stowage. See `columns.ts` for why it is a function. */
import { sql } from 'drizzle-orm';
import type { AccessRule } from '../auth/access-rules.ts';
import type { ImageStatus, LocationState, Visibility } from '../contract/common.ts';
import type { TransferKind, TransferState } from '../contract/transfers.ts';
import type { ImportPlan, TaskStatus, TaskType } from '../domain/imports.ts';
import type { UploadState, UploadStore } from '../contract/uploads.ts';
import type { Inspection } from '../formats/inspection.ts';
import type { StoreMarker } from '../stores/store.ts';
import type { Resource } from './charges.ts';
import type { Columns } from './columns.ts';
import { imageOrders, listIndexes, locationOrders } from './list-indexes.ts';

export function defineSchema({
  table,
  text,
  number,
  time,
  flag,
  json,
  serial,
  beginning,
  index,
  uniqueIndex,
  primaryKey,
}: Columns) {
  const images = table(
    'images',
    {
      id: text().primaryKey(),
      name: text(),
      /** `name` or '', because a keyset page cannot go on behind a null. */
      sort_name: text().notNull(),
      /** What a search compares with; see `toSearchText`. */
      search_name: text().notNull().default(''),
      status: text().$type<ImageStatus>().notNull(),
      disk_format: text(),
      container_format: text(),
      size_bytes: number(),
      /** `size_bytes` or 0, as `sort_name`. */
      sort_size: number().notNull(),
      virtual_size_bytes: number(),
      visibility: text().$type<Visibility>().notNull(),
      protected: flag().notNull(),
      hidden: flag().notNull(),
      owner_id: text().notNull(),
      md5: text(),
      sha512: text(),
      min_disk_gib: number().notNull(),
      min_ram_mib: number().notNull(),
      /** What the inspection found, 'qcow2 v3', and its warnings. */
      format_detail: text(),
      safety: json<{ warnings: string[] }>(),
      /** Of the last import of the Images API: stores that failed, until a later attempt succeeds. */
      failed_import: json<string[]>(),
      /** Counts writes, so that two that read the same row do not overwrite each other. */
      revision: number().notNull(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
    },
    (image) => [
      ...listIndexes(index, 'images', imageOrders(image), image.id),
      ...listIndexes(index, 'images_owner', imageOrders(image), image.id, { of: image.owner_id }),
      ...listIndexes(index, 'images_visibility', imageOrders(image), image.id, { of: image.visibility }),
      // The few that wait, failed or were taken out of service.
      ...listIndexes(index, 'images_inactive', imageOrders(image), image.id, {
        where: sql`lower(status) <> 'active'`,
      }),
      index('images_disk_format').on(image.disk_format, image.id),
      index('images_container_format').on(image.container_format, image.id),
      // What few images have, and somebody asks for.
      index('images_md5').on(image.md5),
      index('images_sha512').on(image.sha512),
      index('images_protected')
        .on(image.id)
        .where(sql`protected`),
      index('images_hidden')
        .on(image.id)
        .where(sql`hidden`),
    ],
  );

  /** Ids that were used: what trusts an image by its id must never get other bytes under it (OSSN-0075). */
  const deleted_images = table('deleted_images', {
    id: text().primaryKey(),
    deleted_at: time().notNull(),
  });

  const image_tags = table('image_tags', { image_id: text().notNull(), tag: text().notNull() }, (row) => [
    primaryKey({ columns: [row.image_id, row.tag] }),
    index('image_tags_tag').on(row.tag, row.image_id),
  ]);

  const image_properties = table(
    'image_properties',
    { image_id: text().notNull(), name: text().notNull(), value: text().notNull() },
    (row) => [
      primaryKey({ columns: [row.image_id, row.name] }),
      index('image_properties_name').on(row.name, beginning(row.value), row.image_id),
    ],
  );

  const image_members = table(
    'image_members',
    {
      image_id: text().notNull(),
      member_id: text().notNull(),
      status: text().$type<'pending' | 'accepted' | 'rejected'>().notNull(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
    },
    (row) => [
      primaryKey({ columns: [row.image_id, row.member_id] }),
      index('image_members_member').on(row.member_id, row.status, row.image_id),
    ],
  );

  /** BLAKE3 of each 64 MiB of the image. */
  const image_pieces = table(
    'image_pieces',
    { image_id: text().notNull(), piece_index: number().notNull(), blake3: text().notNull() },
    (row) => [primaryKey({ columns: [row.image_id, row.piece_index] })],
  );

  /**
   * One object in one store. Written before the first byte (state `writing`): a key without a row here is not ours.
   * A row in state `deleting` stays until the object is gone.
   */
  const locations = table(
    'locations',
    {
      id: text().primaryKey(),
      image_id: text().notNull(),
      store_id: text().notNull(),
      object_key: text().notNull(),
      state: text().$type<LocationState>().notNull(),
      /** Size when committed, durable bytes before. */
      bytes: number().notNull(),
      resume_state: text(),
      /** The object was published in the store (it is to be removed, not discarded). */
      committed: flag().notNull(),
      /** Promised to it before the bytes came: what its project is charged with until it is complete. */
      reserved_bytes: number().notNull().default(0),
      /** Its bytes only wait for an import. */
      staged: flag().notNull().default(false),
      upload_id: text(),
      transfer_id: text(),
      /** Only who holds this number may change a location that is being written. */
      fence: number().notNull(),
      verified_at: time(),
      error: text(),
      attempts: number().notNull(),
      next_attempt_at: time(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
      // Of its image, kept by the repositories: an index over two tables cannot be had, and the images of a store are
      // listed in the order of each.
      image_name: text().notNull().default(''),
      image_size: number().notNull().default(0),
      image_created_at: time().notNull().default(0),
      image_updated_at: time().notNull().default(0),
    },
    (location) => [
      uniqueIndex('locations_key').on(location.store_id, location.object_key),
      uniqueIndex('locations_image_store')
        .on(location.image_id, location.store_id)
        .where(sql`state <> 'deleting'`),
      index('locations_store').on(location.store_id, location.state, location.image_id),
      ...listIndexes(index, 'locations_store', locationOrders(location), location.image_id, {
        of: location.store_id,
        where: sql`state not in ('deleting', 'failed')`,
      }),
      ...listIndexes(index, 'locations_broken', locationOrders(location), location.image_id, {
        where: sql`lower(state) in ('missing', 'corrupt', 'failed')`,
      }),
      index('locations_state').on(location.state, location.updated_at, location.image_id),
      index('locations_upload').on(location.upload_id),
      // The unique one above leaves `deleting` rows out, so it cannot answer which locations an image has.
      index('locations_image').on(location.image_id),
    ],
  );

  const uploads = table(
    'uploads',
    {
      id: text().primaryKey(),
      image_id: text().notNull(),
      project_id: text().notNull(),
      user_id: text().notNull(),
      /** The image was made by this upload, so it goes when the upload is given up. */
      owns_image: flag().notNull(),
      /** 'stage': bytes that wait for an import; `done` once they are all here. */
      kind: text().$type<'tus' | 'put' | 'stage'>().notNull(),
      name: text().notNull(),
      file_name: text(),
      fingerprint: text(),
      client: text(),
      state: text().$type<UploadState>().notNull(),
      length_bytes: number(),
      /** Durable in every store that the upload still goes to. */
      offset_bytes: number().notNull(),
      /** As tus got it, given back by HEAD. */
      metadata: json<Record<string, string | null>>().notNull(),
      expected_sha512: text(),
      all_stores_must_succeed: flag().notNull(),
      inspector_snapshot: text(),
      error: text(),
      remedy: text(),
      /** Where it went, once it has ended: its locations are then the image's, or gone. */
      outcome: json<UploadStore[]>(),
      /** Stores that take it only as a whole: filled by transfers once it is active. */
      later_stores: json<string[]>(),
      /** Where the bytes wait for that, when it was not asked for itself: its copy then moves on. */
      staging_store: text(),
      /** Of `stage`: what is known of the bytes once they are all here, so that an import need not read them again. */
      staged: json<{
        sizeBytes: number;
        md5: string | null;
        sha512: string;
        inspection: Inspection;
      }>(),
      lease_holder: text(),
      lease_fence: number().notNull(),
      lease_expires_at: time(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
      expires_at: time().notNull(),
    },
    (upload) => [
      index('uploads_project').on(upload.project_id, upload.created_at),
      index('uploads_image').on(upload.image_id),
      index('uploads_expiry').on(upload.state, upload.expires_at),
    ],
  );

  const transfers = table(
    'transfers',
    {
      id: text().primaryKey(),
      group_id: text().notNull(),
      kind: text().$type<TransferKind>().notNull(),
      image_id: text().notNull(),
      /** As it was, so that the list still says something when the image is gone. */
      image_name: text(),
      project_id: text().notNull(),
      source_store: text(),
      target_store: text().notNull(),
      move_from: text(),
      state: text().$type<TransferState>().notNull(),
      /** What was asked for while a worker holds it: the worker sees it within a second. */
      wish: text().$type<'pause' | 'cancel'>(),
      method: text().$type<'clone' | 'stream'>(),
      bytes_sent: number().notNull(),
      bytes_done: number().notNull(),
      bytes_verified: number().notNull(),
      bytes_total: number().notNull(),
      attempts: number().notNull(),
      next_attempt_at: time(),
      error: text(),
      remedy: text(),
      /** Asked for by `import` of the Images API: shown there in os_glance_importing_to_stores. */
      by_import: flag().notNull(),
      all_stores_must_succeed: flag().notNull(),
      request_id: text(),
      created_by: text(),
      lease_holder: text(),
      lease_fence: number().notNull(),
      lease_expires_at: time(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
      finished_at: time(),
    },
    (transfer) => [
      index('transfers_state').on(transfer.state, transfer.created_at),
      index('transfers_image').on(transfer.image_id, transfer.created_at),
      index('transfers_group').on(transfer.group_id),
      index('transfers_created').on(transfer.created_at, transfer.id),
      index('transfers_project').on(transfer.project_id, transfer.created_at),
    ],
  );

  /** What the Images API calls tasks: imports, additions of locations. Ended ones go after two days. */
  const tasks = table(
    'tasks',
    {
      id: text().primaryKey(),
      type: text().$type<TaskType>().notNull(),
      status: text().$type<TaskStatus>().notNull(),
      image_id: text(),
      owner_id: text().notNull(),
      user_id: text().notNull(),
      /** That of the answer to the call that asked for it. */
      request_id: text(),
      input: json<Record<string, unknown>>().notNull(),
      result: json<Record<string, unknown>>(),
      message: text().notNull(),
      /** What an import has to do, for whoever concludes it. */
      plan: json<ImportPlan>(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
      /** Null until it has ended. */
      expires_at: time(),
    },
    (task) => [
      index('tasks_image').on(task.image_id, task.created_at),
      index('tasks_owner').on(task.owner_id, task.created_at, task.id),
      index('tasks_created').on(task.created_at, task.id),
      index('tasks_expiry').on(task.expires_at),
      // One at a time works on an image.
      uniqueIndex('tasks_active')
        .on(task.image_id)
        .where(sql`status in ('pending', 'processing')`),
    ],
  );

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

  /** What Stowage remembers of each configured store; the rest is in stowage.yaml. */
  const stores = table('stores', {
    id: text().primaryKey(),
    marker: json<StoreMarker>(),
    first_seen_at: time().notNull(),
  });

  /** What only one process on a database does at a time. Whoever has it bears the fence. */
  const leases = table('leases', {
    name: text().primaryKey(),
    holder: text().notNull(),
    fence: number().notNull(),
    expires_at: time().notNull(),
  });

  /** Kept in the same transaction as the locations, because counting a million rows takes half a second. */
  const store_counters = table(
    'store_counters',
    {
      store_id: text().notNull(),
      owner_id: text().notNull(),
      image_count: number().notNull(),
      stored_bytes: number().notNull(),
    },
    (row) => [primaryKey({ columns: [row.store_id, row.owner_id] })],
  );

  const image_counters = table(
    'image_counters',
    {
      owner_id: text().notNull(),
      visibility: text().$type<Visibility>().notNull(),
      image_count: number().notNull(),
      image_bytes: number().notNull(),
    },
    (row) => [primaryKey({ columns: [row.owner_id, row.visibility] })],
  );

  /**
   * What each project uses, in each store and ('') altogether; kept by the transactions that change it. `most` is the
   * limit that the last of them had to keep.
   */
  const project_usage = table(
    'project_usage',
    {
      project_id: text().notNull(),
      store_id: text().notNull(),
      resource: text().$type<Resource>().notNull(),
      used: number().notNull(),
      most: number().notNull(),
    },
    (row) => [primaryKey({ columns: [row.project_id, row.store_id, row.resource] })],
  );

  /** Limits that an administrator has set for one project; null lets it have as much as it wants. */
  const project_limits = table(
    'project_limits',
    {
      project_id: text().notNull(),
      store_id: text().notNull(),
      resource: text().$type<Resource>().notNull(),
      most: number(),
    },
    (row) => [primaryKey({ columns: [row.project_id, row.store_id, row.resource] })],
  );

  const projects = table('projects', {
    id: text().primaryKey(),
    name: text().notNull().unique(),
    description: text().notNull(),
    enabled: flag().notNull(),
    created_at: time().notNull(),
  });

  const users = table('users', {
    id: text().primaryKey(),
    name: text().notNull().unique(),
    /** PHC string, `$scrypt$…`. */
    password_hash: text().notNull(),
    default_project_id: text(),
    enabled: flag().notNull(),
    description: text().notNull().default(''),
    email: text(),
    created_at: time().notNull(),
    updated_at: time().notNull(),
  });

  const role_assignments = table(
    'role_assignments',
    {
      user_id: text().notNull(),
      project_id: text().notNull(),
      role: text().$type<Role>().notNull(),
    },
    (row) => [primaryKey({ columns: [row.user_id, row.project_id, row.role] })],
  );

  /** Tokens and sessions alike; only a hash is kept. */
  const tokens = table(
    'tokens',
    {
      /** SHA-256 (hex) of the token. */
      hash: text().primaryKey(),
      kind: text().$type<'token' | 'session'>().notNull(),
      user_id: text().notNull(),
      project_id: text(),
      /** What it was made with; it ends with that, and has no more roles. */
      application_credential_id: text(),
      /** In Keystone mode the session's token of Keystone, sealed with the secret key. */
      sealed_token: text(),
      audit_id: text().notNull(),
      methods: json<string[]>().notNull(),
      created_at: time().notNull(),
      expires_at: time().notNull(),
      /** What asked for it, for the list of sessions. */
      client: text(),
    },
    (token) => [index('tokens_user').on(token.user_id), index('tokens_expiry').on(token.expires_at)],
  );

  const application_credentials = table(
    'application_credentials',
    {
      id: text().primaryKey(),
      name: text().notNull(),
      description: text().notNull().default(''),
      user_id: text().notNull(),
      project_id: text().notNull(),
      /** PHC string, `$scrypt$…`. */
      secret_hash: text().notNull(),
      roles: json<Role[]>().notNull(),
      /** May make and delete application credentials itself. */
      unrestricted: flag().notNull().default(false),
      /** The only requests that it is good for; null: all. */
      access_rules: json<AccessRule[]>(),
      expires_at: time(),
      created_at: time().notNull(),
    },
    (credential) => [uniqueIndex('application_credentials_name').on(credential.user_id, credential.name)],
  );

  /** Names of Keystone's projects, as tokens told them; for people only. */
  const known_projects = table('known_projects', {
    id: text().primaryKey(),
    name: text().notNull(),
    domain_name: text().notNull(),
    seen_at: time().notNull(),
  });

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

  return {
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
    events,
  };
}

/** Of standalone identity. */
export type Role = 'admin' | 'member' | 'reader' | 'service';

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
