/** How each call is made that is not about an image. */
import { randomUUID } from 'node:crypto';
import type { Cast, Role } from './cast.ts';

export interface OtherCall {
  path: string;
  body?: object | string;
  headers?: Record<string, string>;
}

/** What a call is about, made anew for it, because many calls change it. */
export interface Fixtures {
  /** An upload of the owner's that has not ended. */
  upload(): Promise<string>;
  /** Of the owner's, with an object, a property, a tag and a resource type called `thing`. */
  namespace(visibility: 'public' | 'private'): Promise<string>;
  /** A token of rita's, the reader. */
  token(): Promise<string>;
  /** Somebody without any role. */
  user(): Promise<string>;
  /** One that nobody works in. */
  project(): Promise<string>;
  /** An application credential of the reader's own. */
  credential(): Promise<string>;
  /** A copy of an image of the owner's that has ended. */
  transfer: string;
  /** Rita herself. */
  reader: string;
}

type MakeCall = (given: { cast: Cast; role: Role; made: Fixtures }) => OtherCall | Promise<OtherCall>;

const plain = (path: string): MakeCall => {
  return () => ({ path });
};
const tus = { 'tus-resumable': '1.0.0' };
const bytes = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
const uploadOf = (headers: Record<string, string>, body?: string): MakeCall => {
  return async ({ made }) => ({ path: `/api/uploads/${await made.upload()}`, headers, body });
};
const unique = () => `made-${randomUUID()}`;

/** In a namespace that everybody sees, and in one of the owner's own. */
function inNamespaces(route: string, suffix: string, body?: () => object): Record<string, MakeCall> {
  return Object.fromEntries(
    (['public', 'private'] as const).map((kind): [string, MakeCall] => [
      `${route} (${kind})`,
      async ({ made }) => ({
        path: `/image/v2/metadefs/namespaces/${await made.namespace(kind)}${suffix}`,
        body: body?.(),
      }),
    ]),
  );
}

const base = '/image/v2/metadefs/namespaces/{namespace}';
const named = (name: string, kind: string) =>
  kind === 'objects' ? { name } : { name, title: name, type: 'string' };
const metadefCalls: Record<string, MakeCall> = {
  'GET /image/v2/metadefs/namespaces': plain('/image/v2/metadefs/namespaces'),
  'GET /image/v2/metadefs/resource_types': plain('/image/v2/metadefs/resource_types'),
  'POST /image/v2/metadefs/namespaces': () => ({
    path: '/image/v2/metadefs/namespaces',
    body: { namespace: unique() },
  }),
  ...inNamespaces(`GET ${base}`, ''),
  ...inNamespaces(`PUT ${base}`, '', () => ({ namespace: unique() })),
  ...inNamespaces(`DELETE ${base}`, ''),
  ...['objects', 'properties', 'tags'].reduce<Record<string, MakeCall>>(
    (calls, kind) => ({
      ...calls,
      ...inNamespaces(`GET ${base}/${kind}`, `/${kind}`),
      ...inNamespaces(`POST ${base}/${kind}`, `/${kind}`, () =>
        kind === 'tags' ? { tags: [{ name: unique() }] } : named(unique(), kind),
      ),
      ...inNamespaces(`DELETE ${base}/${kind}`, `/${kind}`),
      ...inNamespaces(`GET ${base}/${kind}/{name}`, `/${kind}/thing`),
      ...inNamespaces(`PUT ${base}/${kind}/{name}`, `/${kind}/thing`, () =>
        kind === 'tags' ? { name: unique() } : named('thing', kind),
      ),
      ...inNamespaces(`DELETE ${base}/${kind}/{name}`, `/${kind}/thing`),
    }),
    {},
  ),
  ...inNamespaces(`POST ${base}/tags/{name}`, '/tags/another'),
  ...inNamespaces(`GET ${base}/resource_types`, '/resource_types'),
  ...inNamespaces(`POST ${base}/resource_types`, '/resource_types', () => ({ name: unique() })),
  ...inNamespaces(`DELETE ${base}/resource_types/{name}`, '/resource_types/thing'),
};

function passwordOf(name: string): object {
  const user = { name, domain: { name: 'Default' }, password: 'pw' };
  return { auth: { identity: { methods: ['password'], password: { user } } } };
}

const identityCalls: Record<string, MakeCall> = {
  'GET /identity': plain('/identity'),
  'GET /identity/v3': plain('/identity/v3'),
  'GET /identity/v3/{path}': plain('/identity/v3/nothing'),
  'GET /identity/v3/auth/catalog': plain('/identity/v3/auth/catalog'),
  'GET /identity/v3/auth/domains': plain('/identity/v3/auth/domains'),
  'GET /identity/v3/auth/projects': plain('/identity/v3/auth/projects'),
  'GET /identity/v3/domains': plain('/identity/v3/domains'),
  'GET /identity/v3/domains/{id}': plain('/identity/v3/domains/default'),
  'GET /identity/v3/endpoints': plain('/identity/v3/endpoints'),
  'GET /identity/v3/endpoints/{id}': plain('/identity/v3/endpoints/image-public'),
  'GET /identity/v3/projects': plain('/identity/v3/projects'),
  'GET /identity/v3/projects/{id}': ({ cast }) => ({ path: `/identity/v3/projects/${cast.owner}` }),
  'POST /identity/v3/projects': () => ({
    path: '/identity/v3/projects',
    body: { project: { name: unique() } },
  }),
  'GET /identity/v3/regions': plain('/identity/v3/regions'),
  'GET /identity/v3/regions/{id}': plain('/identity/v3/regions/RegionOne'),
  'GET /identity/v3/role_assignments': plain('/identity/v3/role_assignments'),
  'GET /identity/v3/roles': plain('/identity/v3/roles'),
  'GET /identity/v3/roles/{id}': plain('/identity/v3/roles/member'),
  'GET /identity/v3/services': plain('/identity/v3/services'),
  'GET /identity/v3/services/{id}': plain('/identity/v3/services/image'),
  'GET /identity/v3/users/{id}': ({ made }) => ({ path: `/identity/v3/users/${made.reader}` }),
  'GET /identity/v3/users/{id}/projects': ({ made }) => ({
    path: `/identity/v3/users/${made.reader}/projects`,
  }),
  'GET /identity/v3/projects/{id}/users/{userId}/roles': ({ cast, made }) => ({
    path: `/identity/v3/projects/${cast.owner}/users/${made.reader}/roles`,
  }),
  'PUT /identity/v3/projects/{id}/users/{userId}/roles/{roleId}': async ({ cast, made }) => ({
    path: `/identity/v3/projects/${cast.owner}/users/${await made.user()}/roles/member`,
  }),
  'DELETE /identity/v3/projects/{id}/users/{userId}/roles/{roleId}': async ({ cast, made }) => ({
    path: `/identity/v3/projects/${cast.owner}/users/${await made.user()}/roles/reader`,
  }),
  'POST /identity/v3/auth/tokens': () => ({ path: '/identity/v3/auth/tokens', body: passwordOf('rita') }),
  'GET /identity/v3/auth/tokens (of the reader)': async ({ made }) => ({
    path: '/identity/v3/auth/tokens',
    headers: { 'x-subject-token': await made.token() },
  }),
  'DELETE /identity/v3/auth/tokens (of the reader)': async ({ made }) => ({
    path: '/identity/v3/auth/tokens',
    headers: { 'x-subject-token': await made.token() },
  }),
  'GET /identity/v3/projects/{id}/users/{userId}/roles/{roleId}': ({ cast, made }) => ({
    path: `/identity/v3/projects/${cast.owner}/users/${made.reader}/roles/reader`,
  }),
  'PATCH /identity/v3/projects/{id}': async ({ made }) => ({
    path: `/identity/v3/projects/${await made.project()}`,
    body: { project: { description: 'another' } },
  }),
  'DELETE /identity/v3/projects/{id}': async ({ made }) => ({
    path: `/identity/v3/projects/${await made.project()}`,
  }),
  'PATCH /identity/v3/users/{id}': async ({ made }) => ({
    path: `/identity/v3/users/${await made.user()}`,
    body: { user: { enabled: false } },
  }),
  'DELETE /identity/v3/users/{id}': async ({ made }) => ({ path: `/identity/v3/users/${await made.user()}` }),
  // Whoever knows the old password may set another one.
  'POST /identity/v3/users/{id}/password': async ({ made }) => ({
    path: `/identity/v3/users/${await made.user()}/password`,
    body: { user: { original_password: 'pw', password: 'another password' } },
  }),
  'GET /identity/v3/users/{id}/groups': ({ made }) => ({ path: `/identity/v3/users/${made.reader}/groups` }),
  'GET /identity/v3/users/{id}/access_rules': ({ made }) => ({
    path: `/identity/v3/users/${made.reader}/access_rules`,
  }),
  'GET /identity/v3/users/{id}/application_credentials': ({ made }) => ({
    path: `/identity/v3/users/${made.reader}/application_credentials`,
  }),
  'POST /identity/v3/users/{id}/application_credentials': ({ made }) => ({
    path: `/identity/v3/users/${made.reader}/application_credentials`,
    body: { application_credential: { name: unique() } },
  }),
  'GET /identity/v3/users/{id}/application_credentials/{credentialId}': async ({ made }) => ({
    path: `/identity/v3/users/${made.reader}/application_credentials/${await made.credential()}`,
  }),
  'DELETE /identity/v3/users/{id}/application_credentials/{credentialId}': async ({ made }) => ({
    path: `/identity/v3/users/${made.reader}/application_credentials/${await made.credential()}`,
  }),
  'GET /identity/v3/users': plain('/identity/v3/users'),
  'POST /identity/v3/users': () => ({
    path: '/identity/v3/users',
    body: { user: { name: unique(), password: 'pw' } },
  }),
};

export const otherCalls: Record<string, MakeCall> = {
  'GET /image': plain('/image'),
  'HEAD /image': plain('/image'),
  'GET /image/versions': plain('/image/versions'),
  'HEAD /image/versions': plain('/image/versions'),
  'GET /image/v2': plain('/image/v2'),
  'GET /image/{path}': plain('/image/v2/nothing'),
  'GET /image/v2/images': plain('/image/v2/images'),
  'POST /image/v2/images': () => ({ path: '/image/v2/images', body: { name: 'new' } }),
  'POST /image/v2/images (public)': () => ({
    path: '/image/v2/images',
    body: { name: 'new', visibility: 'public' },
  }),
  'POST /image/v2/images (for another project)': () => ({
    path: '/image/v2/images',
    body: { name: 'new', owner: 'somebody' },
  }),
  'GET /image/v2/info/import': plain('/image/v2/info/import'),
  'GET /image/v2/info/stores': plain('/image/v2/info/stores'),
  'GET /image/v2/info/stores/detail': plain('/image/v2/info/stores/detail'),
  'GET /image/v2/info/usage': plain('/image/v2/info/usage'),
  'GET /image/v2/schemas/{name}': plain('/image/v2/schemas/image'),
  'GET /image/v2/schemas/metadefs/{name}': plain('/image/v2/schemas/metadefs/namespace'),
  'GET /image/v2/tasks': plain('/image/v2/tasks'),
  'POST /image/v2/tasks': () => ({ path: '/image/v2/tasks', body: { type: 'import', input: {} } }),
  'GET /image/v2/tasks/{id}': plain(`/image/v2/tasks/${randomUUID()}`),
  'GET /image/v2/cache': plain('/image/v2/cache'),
  'DELETE /image/v2/cache': plain('/image/v2/cache'),
  'POST /image/v2/cache/clean': plain('/image/v2/cache/clean'),
  'POST /image/v2/cache/prune': plain('/image/v2/cache/prune'),
  ...metadefCalls,
  ...identityCalls,

  'OPTIONS /api/uploads': plain('/api/uploads'),
  'POST /api/uploads': () => ({
    path: '/api/uploads',
    headers: { ...tus, 'upload-length': '10', 'upload-metadata': `name ${btoa('new')}` },
  }),
  'HEAD /api/uploads': uploadOf(tus),
  'GET /api/uploads': uploadOf(tus),
  'PATCH /api/uploads': uploadOf(bytes, '0123'),
  'DELETE /api/uploads': uploadOf(tus),
  'GET /api/v1/uploads': plain('/api/v1/uploads'),
  'GET /api/v1/uploads/{id}': async ({ made }) => ({ path: `/api/v1/uploads/${await made.upload()}` }),
  'DELETE /api/v1/uploads/{id}': async ({ made }) => ({ path: `/api/v1/uploads/${await made.upload()}` }),
  // It is the only store of the upload: who may leave one out is told so.
  'DELETE /api/v1/uploads/{id}/stores/{store}': async ({ made }) => ({
    path: `/api/v1/uploads/${await made.upload()}/stores/fast`,
  }),

  'GET /api/events': plain('/api/events'),
  'GET /api/openapi.json': plain('/api/openapi.json'),
  'GET /api/v1/images': plain('/api/v1/images'),
  'GET /api/v1/session': plain('/api/v1/session'),
  'POST /api/v1/session': ({ cast }) => ({
    path: '/api/v1/session',
    body: { name: 'rita', password: 'pw' },
    headers: { origin: cast.origin },
  }),
  // With a token there is no session that could switch.
  'PATCH /api/v1/session': ({ cast, role }) => ({
    path: '/api/v1/session',
    body: { project_id: cast.projects[role] },
  }),
  // Ends the token itself.
  'DELETE /api/v1/session': plain('/api/v1/session'),
  'GET /api/v1/settings': plain('/api/v1/settings'),
  'GET /api/v1/tokens': plain('/api/v1/tokens'),
  'POST /api/v1/tokens': () => ({ path: '/api/v1/tokens', body: { name: 'pipeline', days: 1 } }),
  // Only one's own is found.
  'DELETE /api/v1/tokens/{id}': plain('/api/v1/tokens/of-somebody-else'),
  'GET /api/v1/usage': plain('/api/v1/usage'),
  'GET /api/v1/projects': plain('/api/v1/projects'),
  'GET /api/v1/projects/{id}/limits': ({ cast }) => ({ path: `/api/v1/projects/${cast.owner}/limits` }),
  'PUT /api/v1/projects/{id}/limits': () => ({ path: '/api/v1/projects/nobody/limits', body: {} }),
  'GET /api/v1/stores': plain('/api/v1/stores'),
  'GET /api/v1/stores/{id}': plain('/api/v1/stores/fast'),
  'GET /api/v1/stores/{id}/images': plain('/api/v1/stores/fast/images'),
  'GET /api/v1/stores/{id}/strays': plain('/api/v1/stores/fast/strays'),
  'POST /api/v1/stores/{id}/check': plain('/api/v1/stores/fast/check'),
  'GET /api/v1/transfers': plain('/api/v1/transfers'),
  'GET /api/v1/transfers/{id}': ({ made }) => ({ path: `/api/v1/transfers/${made.transfer}` }),
  // It has ended: who may steer it is told so.
  ...Object.fromEntries(
    ['pause', 'resume', 'cancel', 'retry'].map((verb): [string, MakeCall] => [
      `POST /api/v1/transfers/{id}/${verb}`,
      ({ made }) => ({ path: `/api/v1/transfers/${made.transfer}/${verb}` }),
    ]),
  ),

  'GET /healthcheck': plain('/healthcheck'),
  'GET /image/healthcheck': plain('/image/healthcheck'),
  'GET /healthz': plain('/healthz'),
  'GET /readyz': plain('/readyz'),
  'GET /metrics': plain('/metrics'),
};
