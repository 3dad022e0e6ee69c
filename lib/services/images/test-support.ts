/** A real runtime (database, two directory stores, pipeline) that serves nobody, for tests of use cases. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { ordinaryCaller, type Actor } from '#lib/auth/actor.ts';
import { withImpliedRoles } from '#lib/auth/roles.ts';
import { loadConfig } from '#lib/config/load.ts';
import { findImage, updateImage } from '#lib/db/repositories/images.ts';
import { insertLocation, newLocation } from '#lib/db/repositories/locations.ts';
import { insertMember } from '#lib/db/repositories/members.ts';
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
    for (const store of stores) {
      const object = { image_id: imageId, store_id: store, object_key: `${imageId}-${randomUUID()}` };
      const facts = { state: 'active', bytes: sizeBytes, committed: true, verified_at: now } as const;
      await insertLocation(q, newLocation({ ...object, ...facts }, now), image.owner_id);
    }
  });
}

/** As if the owner had offered the image to this project, and that had answered. */
export async function share(
  runtime: Runtime,
  imageId: string,
  member: string,
  status: 'pending' | 'accepted' | 'rejected',
): Promise<void> {
  const now = runtime.now();
  await runtime.db.transaction((q) =>
    insertMember(q, { image_id: imageId, member_id: member, status, created_at: now, updated_at: now }),
  );
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
