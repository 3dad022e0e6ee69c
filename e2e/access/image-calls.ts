/** How each call about an image is made. */
import type { ImageState } from './cast.ts';

export interface ImageCall {
  /** What the call finds. */
  state: ImageState;
  /** It changes nothing, so all callers may share one image. */
  reads?: boolean;
  path(ids: Ids): string;
  body?(ids: Ids): object | string;
  contentType?: string;
  /** In place of the status. */
  judge?(text: string, ids: Ids): string;
}

export interface Ids {
  id: string;
  /** The caller's project. */
  project: string;
  /** A member of every shared image; the caller's project if that is one. */
  member: string;
}

const image = ({ id }: Ids) => `/image/v2/images/${id}`;
const at = (suffix: string) => (ids: Ids) => `${image(ids)}${suffix}`;
const patchType = 'application/openstack-images-v2.1-json-patch';
const bytes = 'application/octet-stream';
const listed = (text: string, { id }: Ids) => (text.includes(id) ? 'yes' : 'no');
const patch = (value: object): ImageCall => ({
  state: 'active',
  path: image,
  contentType: patchType,
  body: () => [value],
});

/** By route; what stands behind in round brackets tells several calls of one route apart. */
export const imageCalls: Record<string, ImageCall> = {
  'GET /image/v2/images/{id}': { state: 'active', reads: true, path: image },
  'GET /image/v2/images (lists it)': {
    state: 'active',
    reads: true,
    path: () => '/image/v2/images?limit=1000',
    judge: listed,
  },
  'GET /image/v2/images (lists it with visibility=all)': {
    state: 'active',
    reads: true,
    path: () => '/image/v2/images?visibility=all&member_status=all&limit=1000',
    judge: listed,
  },
  'PATCH /image/v2/images/{id}': patch({ op: 'replace', path: '/name', value: 'another' }),
  'PATCH /image/v2/images/{id} (public)': patch({ op: 'replace', path: '/visibility', value: 'public' }),
  'PATCH /image/v2/images/{id} (community)': patch({
    op: 'replace',
    path: '/visibility',
    value: 'community',
  }),
  'PATCH /image/v2/images/{id} (owner)': patch({ op: 'replace', path: '/owner', value: 'somebody' }),
  'DELETE /image/v2/images/{id}': { state: 'active', path: image },
  'GET /image/v2/images/{id}/file': { state: 'active', reads: true, path: at('/file') },
  'PUT /image/v2/images/{id}/file': {
    state: 'queued',
    path: at('/file'),
    contentType: bytes,
    body: () => 'some bytes',
  },
  'PUT /image/v2/images/{id}/stage': {
    state: 'queued',
    path: at('/stage'),
    contentType: bytes,
    body: () => 'some bytes',
  },
  // Nothing is staged: who may import is told so with 409.
  'POST /image/v2/images/{id}/import (glance-direct)': {
    state: 'queued',
    path: at('/import'),
    body: () => ({ method: { name: 'glance-direct' } }),
  },
  'POST /image/v2/images/{id}/import (copy-image)': {
    state: 'active',
    path: at('/import'),
    body: () => ({ method: { name: 'copy-image' }, stores: ['archive'] }),
  },
  'POST /image/v2/images/{id}/actions/deactivate': { state: 'active', path: at('/actions/deactivate') },
  'POST /image/v2/images/{id}/actions/reactivate': { state: 'active', path: at('/actions/reactivate') },
  'PUT /image/v2/images/{id}/tags/{tag}': { state: 'active', path: at('/tags/new') },
  'DELETE /image/v2/images/{id}/tags/{tag}': { state: 'active', path: at('/tags/kept') },
  'GET /image/v2/images/{id}/tasks': { state: 'active', reads: true, path: at('/tasks') },
  'GET /image/v2/images/{id}/members': { state: 'active', reads: true, path: at('/members') },
  'POST /image/v2/images/{id}/members': {
    state: 'active',
    path: at('/members'),
    body: () => ({ member: 'somebody' }),
  },
  'GET /image/v2/images/{id}/members/{member}': {
    state: 'active',
    reads: true,
    path: (ids) => `${image(ids)}/members/${ids.member}`,
  },
  'PUT /image/v2/images/{id}/members/{member}': {
    state: 'active',
    path: (ids) => `${image(ids)}/members/${ids.member}`,
    body: () => ({ status: 'rejected' }),
  },
  'DELETE /image/v2/images/{id}/members/{member}': {
    state: 'active',
    path: (ids) => `${image(ids)}/members/${ids.member}`,
  },
  'GET /image/v2/images/{id}/locations': { state: 'active', reads: true, path: at('/locations') },
  // Nowhere that a store of ours would know: who may add locations is told so.
  'POST /image/v2/images/{id}/locations': {
    state: 'queued',
    path: at('/locations'),
    body: () => ({ url: 'http://nowhere.example/image' }),
  },
  // It is the only copy: who may remove copies is told so.
  'DELETE /image/v2/stores/{store}/{image}': {
    state: 'active',
    path: ({ id }) => `/image/v2/stores/fast/${id}`,
  },
  'PUT /image/v2/cache/{image}': { state: 'active', path: ({ id }) => `/image/v2/cache/${id}` },
  'DELETE /image/v2/cache/{image}': { state: 'active', path: ({ id }) => `/image/v2/cache/${id}` },
  'GET /image/v2/cache/nodes/{image}': {
    state: 'active',
    reads: true,
    path: ({ id }) => `/image/v2/cache/nodes/${id}`,
  },
  'GET /api/v1/images/{id}': { state: 'active', reads: true, path: ({ id }) => `/api/v1/images/${id}` },
  'GET /api/v1/images (lists it)': {
    state: 'active',
    reads: true,
    path: () => '/api/v1/images?limit=1000&tab=all',
    judge: listed,
  },
  'GET /api/v1/stores/{id}/images (lists it)': {
    state: 'active',
    reads: true,
    path: () => '/api/v1/stores/fast/images?limit=1000',
    judge: listed,
  },
  'PATCH /api/v1/images/{id}': {
    state: 'active',
    path: ({ id }) => `/api/v1/images/${id}`,
    body: () => ({ name: 'another' }),
  },
  'DELETE /api/v1/images/{id}': { state: 'active', path: ({ id }) => `/api/v1/images/${id}` },
  'POST /api/v1/images/{id}/copies': {
    state: 'active',
    path: ({ id }) => `/api/v1/images/${id}/copies`,
    body: () => ({ stores: ['archive'] }),
  },
  'DELETE /api/v1/images/{id}/locations/{store}': {
    state: 'active',
    path: ({ id }) => `/api/v1/images/${id}/locations/fast`,
  },
  'POST /api/v1/images/{id}/locations/{store}/verify': {
    state: 'active',
    path: ({ id }) => `/api/v1/images/${id}/locations/fast/verify`,
  },
  'POST /api/uploads (into it)': {
    state: 'queued',
    path: () => '/api/uploads',
    contentType: 'tus',
    body: ({ id }) => id,
  },
};
