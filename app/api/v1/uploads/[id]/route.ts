import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { showUpload } from '#lib/services/uploads/get.ts';
import { removeUpload } from '#lib/services/uploads/remove.ts';

const params = z.object({ id: z.string().max(100) });

export const GET = route({ params }, ({ ctx, params }) => showUpload(ctx, params.id));
export const DELETE = route({ params }, ({ ctx, params }) => removeUpload(ctx, params.id));
