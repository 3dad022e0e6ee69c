import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

/** An application credential as identity shows it: Keystone's JSON. */
export interface ApplicationCredential {
  id: string;
  name: string;
  description: string;
  project_id: string;
  roles: { name: string }[];
  /** UTC without a zone; null: never. */
  expires_at: string | null;
}

export interface NewCredential {
  name: string;
  description: string;
  roles: string[];
  /** With its zone. */
  expiresAt: string | null;
}

const credentialKey = (userId: string) => ['application-credentials', userId] as const;

/** Those of one person in all their projects. `isAsked`: false where Keystone keeps them. */
export function useCredentials(userId: string, isAsked: boolean) {
  return useQuery({
    queryKey: credentialKey(userId),
    queryFn: async ({ signal }) => {
      const path = addresses.applicationCredentials(userId);
      const answer = await api<{ application_credentials: ApplicationCredential[] }>(path, { signal });
      return answer.application_credentials.toSorted((a, b) => a.name.localeCompare(b.name));
    },
    enabled: isAsked,
    staleTime: 0,
  });
}

/** Resolves with the secret, which is told this once. */
export function useCreateCredential(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, description, roles, expiresAt }: NewCredential) => {
      const answer = await api<{ application_credential: ApplicationCredential & { secret: string } }>(
        addresses.applicationCredentials(userId),
        {
          method: 'POST',
          body: {
            application_credential: {
              name,
              description,
              roles: roles.map((role) => ({ name: role })),
              expires_at: expiresAt,
            },
          },
        },
      );
      return answer.application_credential;
    },
    // The secret leaves memory with the dialog.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: credentialKey(userId) }),
  });
}

export function useDeleteCredential(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api<void>(addresses.applicationCredential(userId, id), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: credentialKey(userId) }),
  });
}
