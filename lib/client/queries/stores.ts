import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { StoreList, StoreView } from '#lib/contract/stores.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

export const storeKeys = { all: ['stores'] as const, detail: (id: string) => ['stores', id] as const };

const storesQuery = queryOptions({
  queryKey: storeKeys.all,
  queryFn: async ({ signal }) => inBerthOrder((await api<StoreList>(addresses.stores, { signal })).stores),
});

/** Greatest weight first, then by id: the one order of berths, holds and lists. */
function inBerthOrder(stores: StoreView[]): StoreView[] {
  return stores.toSorted((a, b) => b.weight - a.weight || a.id.localeCompare(b.id));
}

export function useStores() {
  return useQuery(storesQuery);
}

export function useStore(id: string) {
  return useQuery({
    queryKey: storeKeys.detail(id),
    queryFn: ({ signal }) => api<StoreView>(addresses.store(id), { signal }),
  });
}

/** Has the service look at the store's place now instead of at its next round. */
export function useCheckStore(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api<StoreView>(addresses.storeCheck(id), { method: 'POST' }),
    onSuccess: (store) => {
      client.setQueryData(storeKeys.detail(id), store);
      void client.invalidateQueries({ queryKey: storeKeys.all, exact: true });
    },
  });
}
