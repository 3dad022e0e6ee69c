import { readSessionCookie, expiredSessionCookies, sessionCookie } from '#lib/auth/session-cookie.ts';
import { SignIn } from '#lib/contract/session.ts';
import { baseUrl, isHttps } from '#lib/http/base-url.ts';
import { clientAddress } from '#lib/http/client-address.ts';
import { refuseCrossSite } from '#lib/http/cross-site.ts';
import { route } from '#lib/http/route.ts';
import { revokeToken } from '#lib/services/identity/revoke-token.ts';
import { showSession } from '#lib/services/sessions/show.ts';
import { signIn } from '#lib/services/sessions/sign-in.ts';

export const GET = route({}, ({ ctx, request }) => showSession(ctx, baseUrl(request, ctx.runtime.config)));

export const POST = route({ access: 'none', body: SignIn }, async ({ ctx, request, body }) => {
  const { config } = ctx.runtime;
  // A script has neither header; a page elsewhere must not sign its visitor in as somebody else.
  if (request.headers.has('sec-fetch-site') || request.headers.has('origin')) {
    refuseCrossSite(request, config.publicUrl);
  }
  const { token, actor } = await signIn(ctx, {
    ...body,
    address: clientAddress(request),
    client: request.headers.get('user-agent'),
    previousToken: readSessionCookie(request.headers),
  });
  const view = await showSession({ ...ctx, actor }, baseUrl(request, config));
  return Response.json(view, { headers: { 'set-cookie': sessionCookie(token, isHttps(request, config)) } });
});

export const DELETE = route({}, async ({ ctx, request }) => {
  if (ctx.actor.tokenHash !== null) await revokeToken(ctx, ctx.actor.tokenHash);
  const headers = new Headers();
  for (const cookie of expiredSessionCookies(isHttps(request, ctx.runtime.config))) {
    headers.append('set-cookie', cookie);
  }
  return new Response(null, { status: 204, headers });
});
