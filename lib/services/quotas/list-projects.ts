import { assertCanOther } from '#lib/auth/policy.ts';
import type { ProjectUsagePage } from '#lib/contract/quotas.ts';
import { listMeasuredProjects } from '#lib/db/repositories/usage.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toProjectUsage } from './show-usage.ts';

const pageSize = 50;

/** Projects that use something, or did, with their limits. */
export async function listProjectUsage(
  { runtime, actor }: Context,
  { after }: { after: string },
): Promise<ProjectUsagePage> {
  assertCanOther(actor, 'manage_limits');
  const ids = await listMeasuredProjects(runtime.db.read, after, pageSize + 1);
  const shown = ids.slice(0, pageSize);
  const projects = [];
  for (const id of shown) projects.push(await toProjectUsage(runtime, id));
  return { projects, next: ids.length > pageSize ? (shown.at(-1) ?? null) : null };
}
