import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { SessionView, SignIn } from '#lib/contract/session.ts';
import { api, sessionEndedEvent } from '../api.ts';
import { addresses } from '../paths.ts';
import { renewSession } from '../session-renewal.ts';
import { onSessionChanged, tellSessionChanged } from '../session-news.ts';
import { isAnyTabUploading } from '../uploads/uploading-tabs.ts';

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
    onSuccess: () => {
      client.clear();
      tellSessionChanged();
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api<void>(addresses.session, { method: 'DELETE' }),
    onSuccess: () => {
      client.clear();
      tellSessionChanged();
    },
  });
}

/**
 * Another tab may have gone on as somebody else or in another project: then everything that is shown here is of the old
 * one, and what is done here would be done in the new one. `onOther` is called, once the session is known.
 */
export function useSessionOfOtherTabs(onOther: () => void) {
  const client = useQueryClient();
  useEffect(
    () =>
      onSessionChanged(() => {
        const shown = client.getQueryData(sessionQuery.queryKey);
        // This tab itself has just signed out.
        if (shown === undefined) return;
        client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(
          (now) => {
            if (shown.user.id !== now.user.id || shown.project.id !== now.project.id) onOther();
          },
          // Signed out is heard by the shell; without an answer the next request tells.
          () => undefined,
        );
      }),
    [client, onOther],
  );
}

/** Goes on in another project; the page is loaded anew afterwards. Null, and nothing is done, while a tab uploads. */
export function useSwitchProject() {
  return useMutation({
    mutationFn: async (projectId: string) => {
      if (await isAnyTabUploading()) return null;
      return api<SessionView>(addresses.session, { method: 'PATCH', body: { project_id: projectId } });
    },
    onSuccess: (session) => {
      if (session !== null) tellSessionChanged();
    },
  });
}

/** A new password ends everything its owner was signed in with; this browser signs in anew at once. */
export function useChangePassword({ user, project }: Pick<SessionView, 'user' | 'project'>) {
  return useMutation({
    mutationFn: ({ original, password }: { original: string; password: string }) =>
      renewSession(async () => {
        await api<void>(addresses.userPassword(user.id), {
          method: 'POST',
          body: { user: { original_password: original, password } },
          hasProof: true,
        });
        const body: SignIn = { name: user.name, password, project: project.name };
        await api<unknown>(addresses.session, { method: 'POST', body, hasProof: true }).catch(() =>
          window.dispatchEvent(new Event(sessionEndedEvent)),
        );
      }),
    gcTime: 0,
  });
}
