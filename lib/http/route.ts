/**
 * The only `try/catch` between a use case and the wire: request id → identity → parse → call → serialise → map errors.
 * A wire (console JSON, Images API, identity, tus) says how errors look; see `Wire`.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { assertAccessRules } from '../auth/access-rules.ts';
import { ordinaryCaller, type Actor } from '../auth/actor.ts';
import { authenticate } from '../auth/authenticate.ts';
import { openPolicy } from '../auth/policy-set.ts';
import { isStowageError, StowageError } from '../contract/errors.ts';
import { jsonBodyLimitBytes } from '../contract/limits.ts';
import type { Context } from '../runtime/context.ts';
import { getRuntime } from '../runtime/runtime.ts';
import { consoleWire } from './console-wire.ts';
import { refuseCrossSite } from './cross-site.ts';
import { readJson } from './read-json.ts';
import type { Wire } from './wire.ts';

export interface RouteOptions<Params, Query, Body> {
  wire?: Wire;
  /** 'none': nobody needs to be signed in. Default 'actor'. */
  access?: 'actor' | 'none';
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  /** The JSON body. A route that takes bytes leaves it out and reads `request` (or the raw one). */
  body?: z.ZodType<Body>;
  /** Media types of the body; the default takes application/json and what ends in +json. */
  bodyTypes?: RegExp;
  /** Status for a plain value; 204 when the handler returns undefined. */
  status?: number;
}

export interface Call<Params, Query, Body> {
  ctx: Context;
  request: Request;
  url: URL;
  params: Params;
  query: Query;
  body: Body;
}

type Segment = { params: Promise<Record<string, string | string[] | undefined>> };
export type RouteHandler = (request: Request, segment: Segment) => Promise<Response>;

export function route<Params = Record<string, never>, Query = Record<string, never>, Body = undefined>(
  options: RouteOptions<Params, Query, Body>,
  handle: (call: Call<Params, Query, Body>) => Promise<unknown>,
): RouteHandler {
  const wire = options.wire ?? consoleWire;
  return async (request, segment) => {
    const requestId = requestIdOf(request);
    const runtime = getRuntime();
    let child: Context['log'] | undefined;
    // Made when something is logged: it costs more than a statement of SQL, and of most requests nothing is.
    const log = () => (child ??= runtime.log.child({ request_id: requestId }));
    try {
      const url = new URL(request.url);
      if (url.href.includes('%00')) {
        throw new StowageError(
          'bad_request',
          'The URL has a NUL character, which no name or value may have.',
        );
      }
      let actor: Actor | null = null;
      if (options.access !== 'none') {
        actor = await authenticate(runtime, request.headers);
        if (actor === null) {
          throw new StowageError('unauthenticated', 'You are not signed in, or the session has ended.', {
            remedy: 'Sign in again.',
          });
        }
        assertAccessRules(actor, request);
        if (actor.via === 'session') refuseCrossSite(request, runtime.config.publicUrl);
      }
      const params = parse(options.params, await segment.params, 'path') as Params;
      const query = parse(options.query, Object.fromEntries(url.searchParams), 'query') as Query;
      const body = (
        options.body
          ? parse(options.body, await readJson(request, jsonBodyLimitBytes, options.bodyTypes), 'body')
          : undefined
      ) as Body;
      const ctx: Context = {
        runtime,
        actor: actor ?? nobody,
        requestId,
        signal: request.signal,
        get log() {
          return log();
        },
      };
      const result = await handle({ ctx, request, url, params, query, body });
      return withHeaders(toResponse(result, options.status), wire.headers(requestId));
    } catch (thrown) {
      const error = toKnown(thrown);
      if (error.code === 'internal')
        log().error(
          { err: thrown, method: request.method, path: new URL(request.url).pathname },
          'request failed',
        );
      return withHeaders(wire.error(error, requestId, request), wire.headers(requestId));
    }
  };
}

/** For routes with access 'none': a use case that asks who it is gets nobody. */
const nobody: Actor = {
  userId: '',
  userName: '',
  projectId: '',
  projectName: '',
  roles: [],
  administrator: false,
  ...ordinaryCaller,
  policy: openPolicy({ default: '!' }),
  via: 'token',
  tokenHash: null,
  expiresAt: null,
};

function toResponse(result: unknown, status: number | undefined): Response {
  if (result instanceof Response) return result;
  if (result === undefined) return new Response(null, { status: status ?? 204 });
  return Response.json(result, { status: status ?? 200 });
}

function withHeaders(response: Response, headers: Record<string, string>): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

/** A caller's own id is taken when it is well formed, so that one call can be followed through several services. */
function requestIdOf(request: Request): string {
  const given = request.headers.get('x-openstack-request-id');
  return given !== null && /^req-[0-9a-f-]{36}$/.test(given) ? given : `req-${randomUUID()}`;
}

function parse<T>(schema: z.ZodType<T> | undefined, value: unknown, where: string): T | undefined {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const message = issue?.message ?? 'not as expected';
  throw new StowageError(
    'bad_request',
    field === '' ? `The ${where} is wrong: ${message}.` : `${field}: ${message}.`,
    {
      field: field === '' ? undefined : field,
    },
  );
}

function toKnown(thrown: unknown): StowageError {
  if (isStowageError(thrown)) return thrown;
  return new StowageError(
    'internal',
    'Stowage failed to do this. Nothing more is known here; the log has it under the request id.',
    {
      cause: thrown,
    },
  );
}
