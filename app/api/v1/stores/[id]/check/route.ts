import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { checkStore } from '#lib/services/stores/check.ts';

const params = z.object({ id: z.string().max(100) });

export const POST = route({ params }, ({ ctx, params }) => checkStore(ctx, params.id));
