/** A real runtime (database, two directory stores, pipeline) that serves nobody, for tests of use cases. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { ordinaryCaller, type Actor } from '#lib/auth/actor.ts';
import { withImpliedRoles } from '#lib/auth/roles.ts';
import { loadConfig } from '#lib/config/load.ts';
import type { LocationRow } from '#lib/db/define-schema.ts';
import { findImage, updateImage } from '#lib/db/repositories/images.ts';
import { insertLocation } from '#lib/db/repositories/locations.ts';
import { makeTestDatabase } from '#lib/db/test-support.ts';
import type { Role } from '#lib/db/repositories/identity.ts';
import type { Context } from '#lib/runtime/context.ts';
import { openRuntime } from '#lib/runtime/open-runtime.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { createImage, type NewImageRecord } from './create.ts';

export interface TestPlace {
  runtime: Runtime;
  /** The stores `fast` and `archive` are folders in it. */
  directory: string;
  /** Somebody with this role in the project of this name. */
  as(project: string, role?: Role): Context;
  close(): Promise<void>;
}

const configuration = `
default_store: fast
database: { pool_size: 3 }
stores:
  - { id: fast, driver: filesystem, weight: 100, options: { path: fast, shared: true } }
  - { id: archive, driver: filesystem, options: { path: archive, shared: true } }
`;

export async function openTestPlace(): Promise<TestPlace> {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-images-'));
  const database = await makeTestDatabase(directory);
  writeFileSync(path.join(directory, 'stowage.yaml'), configuration);
  const env = {
    STOWAGE_DATA_DIR: path.join(directory, 'data'),
    STOWAGE_ADMIN_PASSWORD: 'given',
    STOWAGE_DATABASE_URL: database.url,
  };
  const log = pino({ level: 'silent' });
  const runtime = await openRuntime(loadConfig(env, directory), log, { role: 'none' });
  return {
    runtime,
    directory,
    as(project, role = 'member') {
      const roles = withImpliedRoles([role]);
      const actor: Actor = {
        userId: `user-of-${project}`,
        userName: project,
        projectId: project,
        projectName: project,
        roles,
        administrator: role === 'admin',
        ...ordinaryCaller,
        policy: runtime.policy,
        via: 'token',
        tokenHash: null,
        expiresAt: null,
      };
      return { runtime, actor, requestId: `req-${randomUUID()}`, log };
    },
    async close() {
      await runtime.close();
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Makes an image active with a proved copy in these stores, as rows only: no bytes lie there. */
export async function pretendStored(
  runtime: Runtime,
  imageId: string,
  stores: string[],
  sizeBytes = 1000,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const image = await findImage(q, imageId);
    if (image === null) throw new Error('there is no such image');
    const now = runtime.now();
    await updateImage(q, image, { status: 'active', size_bytes: sizeBytes, updated_at: now });
    for (const store of stores)
      await insertLocation(q, storedLocation(imageId, store, sizeBytes, now), image.owner_id);
  });
}

function storedLocation(imageId: string, store: string, bytes: number, now: number): LocationRow {
  return {
    id: randomUUID(),
    image_id: imageId,
    store_id: store,
    object_key: `${imageId}-${randomUUID()}`,
    state: 'active',
    bytes,
    resume_state: null,
    committed: true,
    upload_id: null,
    transfer_id: null,
    fence: 0,
    verified_at: now,
    error: null,
    attempts: 0,
    next_attempt_at: null,
    created_at: now,
    updated_at: now,
  };
}

/** A queued raw image, but for what is said otherwise. */
export function createTestImage(
  ctx: Context,
  more: Partial<NewImageRecord> = {},
): ReturnType<typeof createImage> {
  return createImage(ctx, {
    id: null,
    ownerId: null,
    name: 'image',
    visibility: 'shared',
    protected: false,
    hidden: false,
    minDiskGib: 0,
    minRamMib: 0,
    diskFormat: 'raw',
    containerFormat: 'bare',
    tags: [],
    properties: {},
    ...more,
  });
}
