import { z } from 'zod';
import { StoreFault } from '../../store.ts';
import type { HttpAnswer, HttpRequest } from './http-connection.ts';
import { authVersionOf, type SwiftOptions } from './options.ts';

/** Who the driver is for Swift, and where its account lies. */
export interface Session {
  token: string;
  /** `https://swift.example/v1/AUTH_…`, without a slash at the end. */
  storageUrl: string;
  /**
   * By the clock of this machine, in milliseconds: another token is fetched before the first call behind it; null where
   * the server does not say how long this one lives.
   */
  renewAt: number | null;
}

type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/** Signs in once. Rejects with what the server or the connection said, or with a fault that names what is missing. */
export function signIn(storeId: string, options: SwiftOptions, send: Send, now: number): Promise<Session> {
  return authVersionOf(options) === 1
    ? signInAtSwift(options, send, now)
    : signInAtKeystone(storeId, options, send, now);
}

const renewBeforeMilliseconds = 60_000;

/** A token that lives for a minute only is used for half of it, not renewed before every call. */
function renewalOf(lifeMilliseconds: number, now: number): number | null {
  if (Number.isNaN(lifeMilliseconds)) return null;
  return now + Math.max(lifeMilliseconds - renewBeforeMilliseconds, lifeMilliseconds / 2);
}

/** TempAuth and radosgw: https://docs.openstack.org/swift/latest/overview_auth.html */
async function signInAtSwift(options: SwiftOptions, send: Send, now: number): Promise<Session> {
  const { headers } = await send({
    method: 'GET',
    url: options.auth_url,
    headers: { 'x-auth-user': options.username ?? '', 'x-auth-key': options.password ?? '' },
    expect: [200, 204],
  });
  const seconds = Number(headers['x-auth-token-expires'] ?? NaN);
  return {
    token: headers['x-auth-token'] ?? headers['x-storage-token'] ?? '',
    storageUrl: (headers['x-storage-url'] ?? '').replace(/\/+$/, ''),
    renewAt: renewalOf(seconds * 1000, now),
  };
}

const Token = z.object({
  token: z.object({
    expires_at: z.string().nullish(),
    issued_at: z.string().nullish(),
    catalog: z
      .array(
        z.object({
          type: z.string(),
          endpoints: z.array(
            z.object({
              interface: z.string(),
              region: z.string().nullish(),
              region_id: z.string().nullish(),
              url: z.string(),
            }),
          ),
        }),
      )
      .default([]),
  }),
});

/** Keystone v3: https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management */
async function signInAtKeystone(
  storeId: string,
  options: SwiftOptions,
  send: Send,
  now: number,
): Promise<Session> {
  const { headers, body } = await send({
    method: 'POST',
    url: `${keystoneRoot(options.auth_url)}/auth/tokens`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: Buffer.from(JSON.stringify({ auth: keystoneRequest(options) })),
    expect: [201],
  });
  const { token } = Token.parse(JSON.parse(body.toString('utf8')));
  // Both by Keystone's clock, which may differ from ours: a token that seemed to be over would be fetched for each call.
  const issuedAt = token.issued_at ? Date.parse(token.issued_at) : now;
  const milliseconds = token.expires_at ? Date.parse(token.expires_at) - issuedAt : NaN;
  return {
    token: headers['x-subject-token'] ?? '',
    storageUrl: endpointOf(storeId, token.catalog, options).replace(/\/+$/, ''),
    renewAt: renewalOf(milliseconds, now),
  };
}

function keystoneRequest(options: SwiftOptions): object {
  if (options.application_credential_id !== undefined) {
    return {
      identity: {
        methods: ['application_credential'],
        application_credential: {
          id: options.application_credential_id,
          secret: options.application_credential_secret,
        },
      },
    };
  }
  return {
    identity: {
      methods: ['password'],
      password: {
        user: {
          name: options.username,
          domain: { name: options.user_domain },
          password: options.password,
        },
      },
    },
    scope: { project: { name: options.project, domain: { name: options.project_domain } } },
  };
}

function keystoneRoot(authUrl: string): string {
  const plain = authUrl.replace(/\/+$/, '');
  return plain.endsWith('/v3') ? plain : `${plain}/v3`;
}

type Catalog = z.infer<typeof Token>['token']['catalog'];

function endpointOf(storeId: string, catalog: Catalog, { region, interface: face }: SwiftOptions): string {
  const endpoints = catalog
    .filter(({ type }) => type === 'object-store')
    .flatMap((service) => service.endpoints)
    .filter((endpoint) => endpoint.interface === face);
  const regionOf = (endpoint: (typeof endpoints)[number]) => endpoint.region_id ?? endpoint.region ?? '';
  const found = endpoints.find((endpoint) => region === undefined || regionOf(endpoint) === region);
  if (found !== undefined) return found.url;
  const regions = [...new Set(endpoints.map(regionOf))].sort();
  const where = region === undefined ? '' : ` in the region "${region}"`;
  throw new StoreFault(
    'refused',
    storeId,
    `Store "${storeId}": the catalog of Keystone has no ${face} object-store endpoint${where}.`,
    undefined,
    regions.length > 0
      ? `Write one of these regions: ${regions.join(', ')}.`
      : 'Choose another interface, or register the endpoint of Swift in Keystone.',
  );
}
