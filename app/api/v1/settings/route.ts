import { route } from '#lib/http/route.ts';
import { showSettings } from '#lib/services/settings/show.ts';

export const GET = route({}, ({ ctx }) => showSettings(ctx));
