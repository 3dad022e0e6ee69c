import { assertCanOther } from '#lib/auth/policy.ts';
import type { ProjectUsage } from '#lib/contract/quotas.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toProjectUsage } from './show-usage.ts';

/** What one project uses and may use, for administrators; a project that nobody has heard of uses nothing. */
export async function getProjectUsage({ runtime, actor }: Context, projectId: string): Promise<ProjectUsage> {
  assertCanOther(actor, 'manage_limits');
  return await toProjectUsage(runtime, projectId);
}
