import { readSessionCookie, expiredSessionCookies, sessionCookie } from '#lib/auth/session-cookie.ts';
import { presentedKeystoneToken } from '#lib/auth/authenticate.ts';
import { SignIn, SwitchProject } from '#lib/contract/session.ts';
import { baseUrl, isHttps } from '#lib/http/base-url.ts';
import { clientAddress } from '#lib/http/client-address.ts';
import { refuseCrossSite } from '#lib/http/cross-site.ts';
import { route } from '#lib/http/route.ts';
import { showSession } from '#lib/services/sessions/show.ts';
import { signIn } from '#lib/services/sessions/sign-in.ts';
import { signOut } from '#lib/services/sessions/sign-out.ts';
import { switchProject } from '#lib/services/sessions/switch-project.ts';

export const GET = route({}, async ({ ctx, request }) => {
  const { keystone, config } = ctx.runtime;
  const presented = keystone && (await presentedKeystoneToken(ctx.runtime, request.headers));
  return await showSession(ctx, {
    publicUrl: baseUrl(request, config),
    keystoneToken: presented?.token ?? null,
  });
});

export const POST = route({ access: 'none', body: SignIn }, async ({ ctx, request, body }) => {
  const { config } = ctx.runtime;
  // A script has neither header; a page elsewhere must not sign its visitor in as somebody else.
  if (request.headers.has('sec-fetch-site') || request.headers.has('origin')) {
    refuseCrossSite(request, config.publicUrl);
  }
  const { token, actor, keystoneToken } = await signIn(ctx, {
    ...body,
    address: clientAddress(request, config),
    client: request.headers.get('user-agent'),
    previousToken: readSessionCookie(request.headers, config.publicUrl),
  });
  const view = await showSession({ ...ctx, actor }, { publicUrl: baseUrl(request, config), keystoneToken });
  return Response.json(view, { headers: { 'set-cookie': sessionCookie(token, isHttps(request, config)) } });
});

export const PATCH = route({ body: SwitchProject }, async ({ ctx, request, body }) => {
  const { actor, keystoneToken } = await switchProject(ctx, {
    projectId: body.project_id,
    headers: request.headers,
  });
  const publicUrl = baseUrl(request, ctx.runtime.config);
  return await showSession({ ...ctx, actor }, { publicUrl, keystoneToken });
});

export const DELETE = route({}, async ({ ctx, request }) => {
  await signOut(ctx, request.headers);
  const headers = new Headers();
  for (const cookie of expiredSessionCookies(isHttps(request, ctx.runtime.config))) {
    headers.append('set-cookie', cookie);
  }
  return new Response(null, { status: 204, headers });
});
