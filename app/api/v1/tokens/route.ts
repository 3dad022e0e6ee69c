import { NewApiToken } from '#lib/contract/api-tokens.ts';
import { route } from '#lib/http/route.ts';
import { createApiToken, listApiTokens } from '#lib/services/identity/api-tokens.ts';

export const GET = route({}, async ({ ctx }) => ({ tokens: await listApiTokens(ctx) }));
export const POST = route({ body: NewApiToken, status: 201 }, ({ ctx, body }) => createApiToken(ctx, body));
