import { route } from '#lib/http/route.ts';
import { listUploads } from '#lib/services/uploads/get.ts';

export const GET = route({}, async ({ ctx }) => ({ uploads: await listUploads(ctx) }));
