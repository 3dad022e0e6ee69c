import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { cancelTransfer } from '#lib/services/transfers/cancel.ts';

const params = z.object({ id: z.string().max(100) });

export const POST = route({ params }, ({ ctx, params }) => cancelTransfer(ctx, params.id));
