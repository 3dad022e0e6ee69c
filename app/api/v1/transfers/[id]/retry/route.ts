import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { retryTransfer } from '#lib/services/transfers/retry.ts';

const params = z.object({ id: z.string().max(100) });

export const POST = route({ params }, ({ ctx, params }) => retryTransfer(ctx, params.id));
