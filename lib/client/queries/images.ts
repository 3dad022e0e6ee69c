import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type {
  ImageList,
  ImageListQuery,
  ImageUpdate,
  ImageView,
  StartCopies,
  StartedCopies,
} from '#lib/contract/images.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { api, isApiError } from '../api.ts';
import { addresses } from '../paths.ts';
import { openTransfersKey, withStarted } from './transfers.ts';

export type ImageFilters = Partial<Omit<ImageListQuery, 'cursor' | 'limit'>>;

export const imageKeys = {
  all: ['images'] as const,
  lists: ['images', 'list'] as const,
  list: (filters: ImageFilters) => ['images', 'list', filters] as const,
  counts: ['images', 'count'] as const,
  count: (filters: ImageFilters) => ['images', 'count', filters] as const,
  detail: (id: string) => ['images', 'detail', id] as const,
};

const pageSize = 60;

function imageListQuery(filters: ImageFilters) {
  return infiniteQueryOptions({
    queryKey: imageKeys.list(filters),
    queryFn: ({ pageParam, signal }) =>
      api<ImageList>(addresses.images, { query: { ...filters, cursor: pageParam, limit: pageSize }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function useImageList(filters: ImageFilters) {
  return useInfiniteQuery(imageListQuery(filters));
}

/** How many images match; null where the server does not count. */
export function useImageCount(filters: ImageFilters, enabled = true) {
  return useQuery({
    queryKey: imageKeys.count(filters),
    queryFn: async ({ signal }) => {
      const page = await api<ImageList>(addresses.images, { query: { ...filters, limit: 1 }, signal });
      return page.total ?? (page.next_cursor === null ? page.images.length : null);
    },
    enabled,
  });
}

export function imageQuery(id: string) {
  return queryOptions({
    queryKey: imageKeys.detail(id),
    queryFn: ({ signal }) => api<ImageView>(addresses.image(id), { signal }),
  });
}

export function useImage(id: string) {
  return useQuery(imageQuery(id));
}

export function useUpdateImage(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: ImageUpdate) => {
      try {
        return await api<ImageView>(addresses.image(id), { method: 'PATCH', body });
      } catch (error) {
        // Whoever is told that it changed is shown to what.
        if (isApiError(error) && error.code === 'conflict') {
          await client.invalidateQueries({ queryKey: imageKeys.detail(id) });
        }
        throw error;
      }
    },
    onSuccess: (image) => {
      client.setQueryData(imageKeys.detail(id), image);
      return client.invalidateQueries({ queryKey: imageKeys.lists });
    },
  });
}

export function useDeleteImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api<void>(addresses.image(id), { method: 'DELETE' }),
    onSuccess: () => afterChange(client),
  });
}

export interface CopyRequest extends StartCopies {
  imageId: string;
}

export function useStartCopies() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ imageId, ...body }: CopyRequest) =>
      api<StartedCopies>(addresses.copies(imageId), { method: 'POST', body }),
    onSuccess: ({ transfers }, { imageId }) => {
      client.setQueryData<TransferView[]>(openTransfersKey, (open) => open && withStarted(open, transfers));
      return Promise.all([
        // One that is small may have ended before this answer came.
        client.invalidateQueries({ queryKey: openTransfersKey }),
        client.invalidateQueries({ queryKey: imageKeys.detail(imageId) }),
        client.invalidateQueries({ queryKey: imageKeys.lists }),
      ]);
    },
  });
}

export interface LocationRequest {
  imageId: string;
  store: string;
}

export function useRemoveLocation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ imageId, store }: LocationRequest) =>
      api<void>(addresses.location(imageId, store), { method: 'DELETE' }),
    onSuccess: () => afterChange(client),
  });
}

export function useVerifyLocation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ imageId, store }: LocationRequest) =>
      api<unknown>(addresses.verify(imageId, store), { method: 'POST' }),
    onSuccess: (_answer, { imageId }) => client.invalidateQueries({ queryKey: imageKeys.detail(imageId) }),
  });
}

function afterChange(client: ReturnType<typeof useQueryClient>) {
  return client.invalidateQueries({ queryKey: imageKeys.all });
}
