import { assertCanOther } from '#lib/auth/policy.ts';
import type { ProjectUsagePage } from '#lib/contract/quotas.ts';
import { listLimitableProjects } from '#lib/db/repositories/usage.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toProjectUsage } from './show-usage.ts';

const pageSize = 50;

/** Every project that is known, and what it uses and may use. */
export async function listProjectUsage(
  { runtime, actor }: Context,
  { after }: { after: string },
): Promise<ProjectUsagePage> {
  assertCanOther(actor, 'manage_limits');
  const names = runtime.keystone === null ? 'projects' : 'known_projects';
  const ids = await listLimitableProjects(runtime.db.read, names, after, pageSize + 1);
  const shown = ids.slice(0, pageSize);
  const projects = [];
  for (const id of shown) projects.push(await toProjectUsage(runtime, id));
  return { projects, next: ids.length > pageSize ? (shown.at(-1) ?? null) : null };
}
