import { z } from 'zod';
import {
  ApplicationCredentialBody,
  toNewApplicationCredential,
} from '#lib/http/identity/application-credential-body.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toApplicationCredentialJson, toCollection } from '#lib/http/identity/json.ts';
import { listApplicationCredentials } from '#lib/services/identity/application-credentials.ts';
import { createApplicationCredential } from '#lib/services/identity/create-application-credential.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params }, async (call) => {
    const url = identityUrl(call);
    const credentials = await listApplicationCredentials(call.ctx, call.params.id, {
      name: call.url.searchParams.get('name'),
    });
    return toCollection(
      'application_credentials',
      credentials.map((credential) => toApplicationCredentialJson(credential, url)),
      `${url}/users/${call.params.id}/application_credentials`,
    );
  }),

  POST: identityRoute({ params, body: ApplicationCredentialBody, status: 201 }, async (call) => {
    const { credential, secret } = await createApplicationCredential(
      call.ctx,
      call.params.id,
      toNewApplicationCredential(call.body),
    );
    return {
      application_credential: { ...toApplicationCredentialJson(credential, identityUrl(call)), secret },
    };
  }),
});
