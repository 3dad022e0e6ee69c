import { z } from 'zod';
import { route } from '#lib/http/route.ts';
import { resumeTransfer } from '#lib/services/transfers/resume.ts';

const params = z.object({ id: z.string().max(100) });

export const POST = route({ params }, ({ ctx, params }) => resumeTransfer(ctx, params.id));
