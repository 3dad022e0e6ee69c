/** Every page of the console and every address that it asks, in one place. */

const part = encodeURIComponent;

export const pages = {
  images: '/images',
  image: (imageId: string) => `/images/${part(imageId)}`,
  stores: '/stores',
  store: (storeId: string) => `/stores/${part(storeId)}`,
  transfers: '/transfers',
  usage: '/settings',
  credentials: '/settings/credentials',
  people: '/settings/people',
  policy: '/settings/policy',
  projectLimits: (projectId: string) => `/settings/projects/${part(projectId)}`,
  /** `ended`: there was a session before. */
  signIn: (next = '/', ended = false) => {
    const query = [next !== '/' && `next=${part(next)}`, ended && 'ended=1'].filter(Boolean).join('&');
    return query === '' ? '/sign-in' : `/sign-in?${query}`;
  },
} as const;

export const addresses = {
  session: '/api/v1/session',
  images: '/api/v1/images',
  image: (imageId: string) => `/api/v1/images/${part(imageId)}`,
  copies: (imageId: string) => `/api/v1/images/${part(imageId)}/copies`,
  location: (imageId: string, storeId: string) =>
    `/api/v1/images/${part(imageId)}/locations/${part(storeId)}`,
  verify: (imageId: string, storeId: string) =>
    `/api/v1/images/${part(imageId)}/locations/${part(storeId)}/verify`,
  usage: '/api/v1/usage',
  apiTokens: '/api/v1/tokens',
  apiToken: (id: string) => `/api/v1/tokens/${part(id)}`,
  settings: '/api/v1/settings',
  projects: '/api/v1/projects',
  projectLimits: (projectId: string) => `/api/v1/projects/${part(projectId)}/limits`,
  applicationCredentials: (userId: string) => `/identity/v3/users/${part(userId)}/application_credentials`,
  applicationCredential: (userId: string, credentialId: string) =>
    `/identity/v3/users/${part(userId)}/application_credentials/${part(credentialId)}`,
  users: '/identity/v3/users',
  user: (userId: string) => `/identity/v3/users/${part(userId)}`,
  userPassword: (userId: string) => `/identity/v3/users/${part(userId)}/password`,
  identityProjects: '/identity/v3/projects',
  identityProject: (projectId: string) => `/identity/v3/projects/${part(projectId)}`,
  roleAssignments: '/identity/v3/role_assignments',
  roleOf: (projectId: string, userId: string, role: string) =>
    `/identity/v3/projects/${part(projectId)}/users/${part(userId)}/roles/${part(role)}`,
  members: (imageId: string) => `/image/v2/images/${part(imageId)}/members`,
  member: (imageId: string, projectId: string) =>
    `/image/v2/images/${part(imageId)}/members/${part(projectId)}`,
  stores: '/api/v1/stores',
  store: (storeId: string) => `/api/v1/stores/${part(storeId)}`,
  storeCheck: (storeId: string) => `/api/v1/stores/${part(storeId)}/check`,
  transfers: '/api/v1/transfers',
  transfer: (transferId: string) => `/api/v1/transfers/${part(transferId)}`,
  transferAction: (transferId: string, action: 'pause' | 'resume' | 'cancel' | 'retry') =>
    `/api/v1/transfers/${part(transferId)}/${action}`,
  uploads: '/api/v1/uploads',
  upload: (uploadId: string) => `/api/v1/uploads/${part(uploadId)}`,
  uploadStore: (uploadId: string, storeId: string) =>
    `/api/v1/uploads/${part(uploadId)}/stores/${part(storeId)}`,
  tus: '/api/uploads',
  events: '/api/events',
  download: (imageId: string) => `/image/v2/images/${part(imageId)}/file`,
  ready: '/readyz',
} as const;

/** Where to go after signing in: a page of this console, never another site. */
export function safeNext(next: string | null | undefined): string {
  if (!next || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  const url = new URL(next, 'http://console.invalid');
  if (url.host !== 'console.invalid' || url.pathname.startsWith('/sign-in')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
