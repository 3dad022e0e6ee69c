import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';
import { imageKeys } from './images.ts';

export type MemberChange =
  | { kind: 'add'; project: string }
  | { kind: 'remove'; project: string }
  | { kind: 'decide'; project: string; status: 'accepted' | 'rejected' };

/** Shares an image with a project, stops that, or accepts or rejects it: the calls of the Images API. */
export function useMemberChange(imageId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: MemberChange) => {
      const one = addresses.member(imageId, change.project);
      switch (change.kind) {
        case 'add':
          return api<unknown>(addresses.members(imageId), {
            method: 'POST',
            body: { member: change.project },
          });
        case 'remove':
          return api<unknown>(one, { method: 'DELETE' });
        case 'decide':
          return api<unknown>(one, { method: 'PUT', body: { status: change.status } });
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: imageKeys.detail(imageId) }),
  });
}
