import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { deleteApiToken } from '#lib/services/identity/api-tokens.ts';

const params = z.object({ id: z.string().min(1).max(64) });

export const DELETE = route({ params }, ({ ctx, params }) => deleteApiToken(ctx, params.id));
