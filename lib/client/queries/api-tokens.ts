import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ApiTokenList, CreatedApiToken, NewApiToken } from '#lib/contract/api-tokens.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

const key = ['api-tokens'] as const;

/** Those of who is signed in, in all their projects. */
export function useApiTokens() {
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api<ApiTokenList>(addresses.apiTokens, { signal })).tokens,
    staleTime: 0,
  });
}

/** Resolves with the token, which is told this once. */
export function useCreateApiToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewApiToken) => api<CreatedApiToken>(addresses.apiTokens, { method: 'POST', body }),
    // The token leaves memory with the dialog.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useEndApiToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api<void>(addresses.apiToken(id), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}
