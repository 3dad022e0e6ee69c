import { hashToken } from '#lib/auth/tokens.ts';
import { baseUrl } from '#lib/http/base-url.ts';
import { clientAddress } from '#lib/http/client-address.ts';
import { AuthBody } from '#lib/http/identity/auth-body.ts';
import { catalogOf } from '#lib/http/identity/catalog.ts';
import { identityMethods, identityRoute } from '#lib/http/identity/identity-route.ts';
import { toTokenJson } from '#lib/http/identity/json.ts';
import { toCreateToken } from '#lib/http/identity/to-create-token.ts';
import { createToken } from '#lib/services/identity/create-token.ts';
import { getSubject } from '#lib/services/identity/get-subject.ts';
import { revokeToken } from '#lib/services/identity/revoke-token.ts';

const subjectHeader = 'x-subject-token';

/** As Keystone reads a flag of a query: there, and neither 0 nor false. */
function isOn(value: string | null): boolean {
  return value !== null && !/^(0|false|no|off|n|f)$/i.test(value);
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  POST: identityRoute({ access: 'none', body: AuthBody }, async ({ ctx, request, url, body }) => {
    const { token, holder } = await createToken(ctx, {
      ...toCreateToken(body),
      address: clientAddress(request, ctx.runtime.config),
      client: request.headers.get('user-agent'),
    });
    const catalog = url.searchParams.has('nocatalog')
      ? null
      : catalogOf(baseUrl(request, ctx.runtime.config));
    return Response.json(toTokenJson(holder, catalog), { status: 201, headers: { [subjectHeader]: token } });
  }),

  GET: identityRoute({}, async ({ ctx, request, url }) => {
    const subject = request.headers.get(subjectHeader);
    const holder = await getSubject(ctx, subject, {
      knowsAccessRules: request.headers.has('openstack-identity-access-rules'),
      allowExpired: isOn(url.searchParams.get('allow_expired')),
    });
    const catalog = url.searchParams.has('nocatalog')
      ? null
      : catalogOf(baseUrl(request, ctx.runtime.config));
    return Response.json(toTokenJson(holder, catalog), { headers: { [subjectHeader]: subject ?? '' } });
  }),

  DELETE: identityRoute({}, async ({ ctx, request }) => {
    const subject = request.headers.get(subjectHeader);
    await getSubject(ctx, subject, { toEnd: true });
    await revokeToken(ctx, hashToken(subject ?? ''));
  }),
});
