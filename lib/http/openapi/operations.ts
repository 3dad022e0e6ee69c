/** What the console's JSON offers, in the words of its schemas. A test compares the paths with the files in `app/api`. */
import type { z } from 'zod';
import { ApiTokenList, CreatedApiToken, NewApiToken } from '#lib/contract/api-tokens.ts';
import {
  ImageList,
  ImageListQuery,
  ImageUpdate,
  ImageView,
  StartCopies,
  StartedCopies,
} from '#lib/contract/images.ts';
import { ProjectLimits, ProjectUsage, ProjectUsagePage, ProjectUsageQuery } from '#lib/contract/quotas.ts';
import { SessionView, SignIn, SwitchProject } from '#lib/contract/session.ts';
import { SettingsView } from '#lib/contract/settings.ts';
import { StoreList, StoreView } from '#lib/contract/stores.ts';
import { TransferList, TransferListQuery, TransferView } from '#lib/contract/transfers.ts';
import { UploadList, UploadView } from '#lib/contract/uploads.ts';

export interface Operation {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  /** With `{name}` for each part that varies. */
  path: string;
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** By status; null: no body. */
  answers: Record<number, z.ZodType | null>;
  mediaType?: string;
}

export const operations: readonly Operation[] = [
  { method: 'get', path: '/api/v1/session', summary: 'Who is signed in', answers: { 200: SessionView } },
  {
    method: 'post',
    path: '/api/v1/session',
    summary: 'Sign in',
    body: SignIn,
    answers: { 200: SessionView },
  },
  {
    method: 'patch',
    path: '/api/v1/session',
    summary: 'Go on in another project',
    body: SwitchProject,
    answers: { 200: SessionView },
  },
  { method: 'delete', path: '/api/v1/session', summary: 'Sign out', answers: { 204: null } },
  {
    method: 'get',
    path: '/api/v1/tokens',
    summary: 'API tokens of who is signed in',
    answers: { 200: ApiTokenList },
  },
  {
    method: 'post',
    path: '/api/v1/tokens',
    summary: 'Make an API token; the answer is the only one that has it',
    body: NewApiToken,
    answers: { 201: CreatedApiToken },
  },
  { method: 'delete', path: '/api/v1/tokens/{id}', summary: 'End an API token', answers: { 204: null } },
  {
    method: 'get',
    path: '/api/v1/images',
    summary: 'Images with their copies, a page at a time',
    query: ImageListQuery,
    answers: { 200: ImageList },
  },
  { method: 'get', path: '/api/v1/images/{id}', summary: 'One image', answers: { 200: ImageView } },
  {
    method: 'patch',
    path: '/api/v1/images/{id}',
    summary: 'Change what is said of an image',
    body: ImageUpdate,
    answers: { 200: ImageView },
  },
  { method: 'delete', path: '/api/v1/images/{id}', summary: 'Delete it everywhere', answers: { 204: null } },
  {
    method: 'post',
    path: '/api/v1/images/{id}/copies',
    summary: 'Copy or move it to further stores; 200 and an empty list when they hold it already',
    body: StartCopies,
    answers: { 200: StartedCopies, 202: StartedCopies },
  },
  {
    method: 'delete',
    path: '/api/v1/images/{id}/locations/{store}',
    summary: 'Remove it from one store; never its last proved copy',
    answers: { 204: null },
  },
  {
    method: 'post',
    path: '/api/v1/images/{id}/locations/{store}/verify',
    summary: 'Read a copy back and compare it',
    answers: { 202: TransferView },
  },
  {
    method: 'get',
    path: '/api/v1/usage',
    summary: 'What the project uses and may use',
    answers: { 200: ProjectUsage },
  },
  {
    method: 'get',
    path: '/api/v1/projects',
    summary: 'What each project uses and may use, for administrators',
    query: ProjectUsageQuery,
    answers: { 200: ProjectUsagePage },
  },
  {
    method: 'get',
    path: '/api/v1/projects/{id}/limits',
    summary: 'What one project uses and may use',
    answers: { 200: ProjectUsage },
  },
  {
    method: 'put',
    path: '/api/v1/projects/{id}/limits',
    summary: 'Set its limits; what is left out is again as in stowage.yaml, null takes a limit away',
    body: ProjectLimits,
    answers: { 200: ProjectUsage },
  },
  {
    method: 'get',
    path: '/api/v1/settings',
    summary: 'Policy and default limits, for administrators',
    answers: { 200: SettingsView },
  },
  {
    method: 'get',
    path: '/api/v1/stores',
    summary: 'Stores, in the order of their weight',
    answers: { 200: StoreList },
  },
  { method: 'get', path: '/api/v1/stores/{id}', summary: 'One store', answers: { 200: StoreView } },
  {
    method: 'get',
    path: '/api/v1/stores/{id}/images',
    summary: 'Images that lie in it',
    query: ImageListQuery,
    answers: { 200: ImageList },
  },
  {
    method: 'post',
    path: '/api/v1/stores/{id}/check',
    summary: 'Look at its place now',
    answers: { 200: StoreView },
  },
  {
    method: 'get',
    path: '/api/v1/stores/{id}/strays',
    summary: 'Objects in it that no image names; Stowage never removes them',
    answers: { 200: null },
  },
  {
    method: 'get',
    path: '/api/v1/transfers',
    summary: 'Copies and verifications, newest first',
    query: TransferListQuery,
    answers: { 200: TransferList },
  },
  { method: 'get', path: '/api/v1/transfers/{id}', summary: 'One transfer', answers: { 200: TransferView } },
  ...(['pause', 'resume', 'cancel', 'retry'] as const).map((verb): Operation => ({
    method: 'post',
    path: `/api/v1/transfers/{id}/${verb}`,
    summary: `${verb[0]?.toUpperCase()}${verb.slice(1)} a transfer`,
    answers: { 200: TransferView },
  })),
  { method: 'get', path: '/api/v1/uploads', summary: 'Unfinished uploads', answers: { 200: UploadList } },
  { method: 'get', path: '/api/v1/uploads/{id}', summary: 'One upload', answers: { 200: UploadView } },
  { method: 'delete', path: '/api/v1/uploads/{id}', summary: 'Give an upload up', answers: { 204: null } },
  {
    method: 'delete',
    path: '/api/v1/uploads/{id}/stores/{store}',
    summary: 'Go on without a store that fails',
    answers: { 200: UploadView },
  },
  {
    method: 'get',
    path: '/api/events',
    summary: 'What happens, as server-sent events; goes on after Last-Event-ID',
    answers: { 200: null },
    mediaType: 'text/event-stream',
  },
];
