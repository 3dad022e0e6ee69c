import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toApplicationCredentialJson } from '#lib/http/identity/json.ts';
import {
  deleteApplicationCredential,
  getApplicationCredential,
} from '#lib/services/identity/application-credentials.ts';

const params = z.object({ id: z.string(), credentialId: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params }, async (call) => ({
    application_credential: toApplicationCredentialJson(
      await getApplicationCredential(call.ctx, call.params.id, call.params.credentialId),
      identityUrl(call),
    ),
  })),

  DELETE: identityRoute({ params }, ({ ctx, params: { id, credentialId } }) =>
    deleteApplicationCredential(ctx, id, credentialId),
  ),
});
