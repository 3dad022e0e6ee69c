import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { pauseTransfer } from '#lib/services/transfers/pause.ts';

const params = z.object({ id: z.string().max(100) });

export const POST = route({ params }, ({ ctx, params }) => pauseTransfer(ctx, params.id));
