import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionView, SignIn } from '#lib/contract/session.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api<SessionView>(addresses.session, { signal }),
  staleTime: 5 * 60_000,
});

export function useSession() {
  return useQuery(sessionQuery);
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignIn) => api<SessionView | undefined>(addresses.session, { method: 'POST', body }),
    // Another person sees other images: nothing of the last session stays in memory.
    onSuccess: () => client.clear(),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api<void>(addresses.session, { method: 'DELETE' }),
    onSuccess: () => client.clear(),
  });
}

/** Goes on in another project; the page is loaded anew afterwards. */
export function useSwitchProject() {
  return useMutation({
    mutationFn: (projectId: string) =>
      api<SessionView>(addresses.session, { method: 'PATCH', body: { project_id: projectId } }),
  });
}
