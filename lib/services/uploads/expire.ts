import { randomUUID } from 'node:crypto';
import { systemActor } from '../../auth/actor.ts';
import { isStowageError } from '../../contract/errors.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { leaseSeconds } from '../../contract/limits.ts';
import {
  leaseUpload,
  listExpiredUploads,
  listOrphanedUploads,
  listReceivedUploads,
} from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { Tenure, thisMoment } from '../../stores/fenced-writer.ts';
import { giveUpUpload } from './remove.ts';
import { resumeFinish } from './resume-finish.ts';
import type { SettledClock } from './settled-clock.ts';

/**
 * One round over the uploads that nobody holds: expired ones and plain PUTs of dead processes are given up, complete
 * ones are finished. Part of the reconciler. Returns how many it dealt with.
 *
 * @param clock what expires goes by it; without one by the moment
 */
export async function sweepUploads(
  runtime: Runtime,
  clock?: SettledClock,
): Promise<{ expired: number; abandoned: number; finished: number }> {
  const now = await runtime.db.read.now();
  const report = { expired: 0, abandoned: 0, finished: 0 };
  for (const upload of await listExpiredUploads(runtime.db.read, clock?.settle(now) ?? now, 100)) {
    if (await giveUpUpload(systemContext(runtime), upload, { onlyIfIdle: true })) report.expired += 1;
  }
  for (const upload of await listOrphanedUploads(runtime.db.read, now, runtime.processId)) {
    if (upload.state === 'checking') continue;
    const orphan = { ...upload, owns_image: false };
    if (await giveUpUpload(systemContext(runtime), orphan, { onlyIfIdle: true })) report.abandoned += 1;
  }
  for (const upload of await listReceivedUploads(runtime.db.read, now)) {
    if (await finishOne(runtime, upload)) report.finished += 1;
  }
  return report;
}

async function finishOne(runtime: Runtime, upload: UploadRow): Promise<boolean> {
  const ctx = systemContext(runtime);
  // A name of its own: a request of this process that is just taking the upload must not lose it to the sweep.
  const holder = `${runtime.processId}/finish`;
  const tenure = new Tenure(runtime.db.channel === null ? null : thisMoment());
  const held = await runtime.db.transaction(async (q) => {
    const now = await q.now();
    return await leaseUpload(q, upload.id, holder, now, now + leaseSeconds * 1000);
  });
  if (held === null) return false;
  try {
    await resumeFinish(ctx, held, tenure);
    return true;
  } catch (error) {
    const known = isStowageError(error) ? error.message : undefined;
    ctx.log.warn({ err: error, upload: upload.id, known }, 'a complete upload could not be finished yet');
    return false;
  }
}

function systemContext(runtime: Runtime): Context {
  const requestId = `req-${randomUUID()}`;
  return { runtime, actor: systemActor, requestId, log: runtime.log.child({ request_id: requestId }) };
}
