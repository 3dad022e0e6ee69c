import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type {
  TransferList,
  TransferListQuery,
  TransferState,
  TransferView,
} from '#lib/contract/transfers.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

export const transferKeys = {
  all: ['transfers'] as const,
  lists: ['transfers', 'list'] as const,
  list: (filters: TransferFilters) => ['transfers', 'list', filters] as const,
};
export const openTransfersKey = ['transfers', 'open'] as const;

export type TransferFilters = Partial<Omit<TransferListQuery, 'cursor' | 'limit'>>;
export type TransferAction = 'pause' | 'resume' | 'cancel' | 'retry';

const endedStates: readonly TransferState[] = ['done', 'failed', 'canceled'];

export function hasEnded(transfer: TransferView): boolean {
  return endedStates.includes(transfer.state);
}

/** All that is on its way; kept up to date by events. */
const openTransfersQuery = queryOptions({
  queryKey: openTransfersKey,
  queryFn: async ({ signal }) =>
    (await api<TransferList>(addresses.transfers, { query: { state: 'open', limit: 500 }, signal }))
      .transfers,
});

/** What was just started first; an event may have brought some of it before the answer, and is newer. */
export function withStarted(open: readonly TransferView[], started: readonly TransferView[]): TransferView[] {
  const known = new Set(open.map(({ id }) => id));
  return [...started.filter(({ id }) => !known.has(id)), ...open];
}

export function useOpenTransfers() {
  return useQuery(openTransfersQuery);
}

/** History too, newest first, page by page. */
export function useTransferList(filters: TransferFilters) {
  return useInfiniteQuery({
    queryKey: transferKeys.list(filters),
    queryFn: ({ pageParam, signal }) =>
      api<TransferList>(addresses.transfers, { query: { ...filters, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function useTransferAction() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, action }: { id: string; action: TransferAction }) =>
      api<TransferView | undefined>(addresses.transferAction(id, action), { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: transferKeys.all }),
  });
}
