import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { listStrays } from '#lib/services/stores/list-strays.ts';

const params = z.object({ id: z.string().max(100) });
const query = z.object({ refresh: z.enum(['true', 'false']).default('false') });

export const GET = route({ params, query }, ({ ctx, params, query }) =>
  listStrays(ctx, params.id, { refresh: query.refresh === 'true' }),
);
