import { route } from '#lib/http/route.ts';
import { listStores } from '#lib/services/stores/list.ts';

export const GET = route({}, ({ ctx }) => listStores(ctx));
