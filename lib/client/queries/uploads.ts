import { queryOptions, useQuery } from '@tanstack/react-query';
import type { UploadList } from '#lib/contract/uploads.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

/** The server's list, whichever browser began them: unfinished ones, and ended ones of the last day. Kept up to date by events. */
export const uploadsQuery = queryOptions({
  queryKey: ['uploads'] as const,
  queryFn: async ({ signal }) => (await api<UploadList>(addresses.uploads, { signal })).uploads,
});

export function useUploads() {
  return useQuery(uploadsQuery);
}
