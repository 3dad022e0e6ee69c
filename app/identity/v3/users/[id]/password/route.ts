import { z } from 'zod';
import { clientAddress } from '#lib/http/client-address.ts';
import { identityMethods, identityRoute } from '#lib/http/identity/identity-route.ts';
import { changePassword } from '#lib/services/identity/change-password.ts';

const password = z.string().min(1).max(4096);
const Body = z.object({ user: z.object({ password, original_password: password }) });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  // The old password is the proof; as in Keystone no token is needed.
  POST: identityRoute(
    { access: 'none', params: z.object({ id: z.string() }), body: Body },
    ({ ctx, request, params, body }) =>
      changePassword(ctx, {
        userId: params.id,
        original: body.user.original_password,
        password: body.user.password,
        address: clientAddress(request, ctx.runtime.config),
      }),
  ),
});
