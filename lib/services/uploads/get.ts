import type { Actor } from '../../auth/actor.ts';
import { StowageError } from '../../contract/errors.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { findUpload, listUploads as listUploadRows } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import type { UploadView } from '../../contract/uploads.ts';
import { toUploadView, toUploadViews } from './view.ts';

const mostListed = 500;

/** An upload of the caller's project (administrators: of any); another's is not found. `write` needs the role member. */
export async function getUpload(
  { runtime, actor }: Context,
  uploadId: string,
  purpose: 'read' | 'write',
): Promise<UploadRow> {
  const upload = await findUpload(runtime.db.read, uploadId);
  if (upload === null || upload.kind !== 'tus' || !isSeen(actor, upload.project_id)) {
    throw new StowageError('not_found', 'There is no such upload; it was finished, given up or has expired.');
  }
  if (purpose === 'write') assertMayWrite(actor);
  return upload;
}

/** Who speaks for no project has none in common with others of whom that is true. */
function isSeen({ administrator, projectId }: Actor, project: string): boolean {
  return administrator || (projectId !== '' && projectId === project);
}

/** Of an upload that the caller may see. */
export function assertMayWrite(actor: Actor): void {
  if (actor.administrator || actor.roles.includes('member')) return;
  throw new StowageError('forbidden', 'You may not upload in this project.', {
    remedy: 'Ask for the role member.',
  });
}

export async function showUpload(ctx: Context, uploadId: string): Promise<UploadView> {
  return await toUploadView(ctx.runtime, await getUpload(ctx, uploadId, 'read'));
}

export async function listUploads({ runtime, actor }: Context): Promise<UploadView[]> {
  if (!actor.administrator && actor.projectId === '') return [];
  const rows = await listUploadRows(
    runtime.db.read,
    actor.administrator ? null : actor.projectId,
    mostListed,
  );
  return await toUploadViews(runtime, rows);
}
