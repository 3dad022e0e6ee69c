import { ProjectUsageQuery } from '#lib/contract/quotas.ts';
import { route } from '#lib/http/route.ts';
import { listProjectUsage } from '#lib/services/quotas/list-projects.ts';

export const GET = route({ query: ProjectUsageQuery }, ({ ctx, query }) => listProjectUsage(ctx, query));
