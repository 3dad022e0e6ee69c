import { z } from 'zod';
import { ProjectLimits } from '#lib/contract/quotas.ts';
import { route } from '#lib/http/route.ts';
import { getProjectUsage } from '#lib/services/quotas/get-project.ts';
import { setLimits } from '#lib/services/quotas/set-limits.ts';

const params = z.object({ id: z.string().min(1).max(255) });

export const GET = route({ params }, ({ ctx, params }) => getProjectUsage(ctx, params.id));

export const PUT = route({ params, body: ProjectLimits }, ({ ctx, params, body }) =>
  setLimits(ctx, params.id, body),
);
