/** What is being done: uploads, transfers, tasks, and who may do what only one does at a time. */
import { sql } from 'drizzle-orm';
import type { TransferKind, TransferState } from '../../contract/transfers.ts';
import type { ImportPlan, TaskStatus, TaskType } from '../../domain/imports.ts';
import type { UploadState, UploadStore } from '../../contract/uploads.ts';
import type { Inspection } from '../../formats/inspection.ts';
import type { Columns } from '../columns.ts';

export function defineWorkTables({ table, text, number, time, flag, json, index, uniqueIndex }: Columns) {
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

  /** What only one process on a database does at a time. Whoever has it bears the fence. */
  const leases = table('leases', {
    name: text().primaryKey(),
    holder: text().notNull(),
    fence: number().notNull(),
    expires_at: time().notNull(),
  });

  return { uploads, transfers, tasks, leases };
}
