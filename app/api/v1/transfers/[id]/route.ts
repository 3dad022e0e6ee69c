import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { getTransfer } from '#lib/services/transfers/get.ts';

const params = z.object({ id: z.string().max(100) });

export const GET = route({ params }, ({ ctx, params }) => getTransfer(ctx, params.id));
