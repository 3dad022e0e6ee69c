import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { getStore } from '#lib/services/stores/get.ts';

const params = z.object({ id: z.string().max(100) });

export const GET = route({ params }, ({ ctx, params }) => getStore(ctx, params.id));
