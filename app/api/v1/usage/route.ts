import { route } from '#lib/http/route.ts';
import { showUsage } from '#lib/services/quotas/show-usage.ts';

export const GET = route({}, ({ ctx }) => showUsage(ctx));
