import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SessionView, SignIn } from '#lib/contract/session.ts';
import { api, sessionEndedEvent } from '../api.ts';
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

/** A new password ends everything its owner was signed in with; this browser signs in anew at once. */
export function useChangePassword({ user, project }: Pick<SessionView, 'user' | 'project'>) {
  return useMutation({
    mutationFn: async ({ original, password }: { original: string; password: string }) => {
      await api<void>(addresses.userPassword(user.id), {
        method: 'POST',
        body: { user: { original_password: original, password } },
        hasProof: true,
      });
      const body: SignIn = { name: user.name, password, project: project.name };
      await api<unknown>(addresses.session, { method: 'POST', body, hasProof: true }).catch(() =>
        window.dispatchEvent(new Event(sessionEndedEvent)),
      );
    },
    gcTime: 0,
  });
}
