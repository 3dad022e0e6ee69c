import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ProjectLimits, ProjectUsage, ProjectUsagePage } from '#lib/contract/quotas.ts';
import type { SettingsView } from '#lib/contract/settings.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

export const usageKey = ['usage'] as const;
const projectKeys = {
  list: ['projects'] as const,
  one: (projectId: string) => ['projects', projectId] as const,
};

export function useUsage() {
  return useQuery({
    queryKey: usageKey,
    queryFn: ({ signal }) => api<ProjectUsage>(addresses.usage, { signal }),
  });
}

/** `isAllowed`: only then is it asked for. */
export function useSettings(isAllowed: boolean) {
  return useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => api<SettingsView>(addresses.settings, { signal }),
    enabled: isAllowed,
    staleTime: 5 * 60_000,
  });
}

/** Every project with what it uses and may use, page after page. */
export function useProjects() {
  return useInfiniteQuery({
    queryKey: [...projectKeys.list, 'all'],
    queryFn: ({ pageParam, signal }) =>
      api<ProjectUsagePage>(addresses.projects, { query: { after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
  });
}

export function useProjectUsage(projectId: string) {
  return useQuery({
    queryKey: projectKeys.one(projectId),
    queryFn: ({ signal }) => api<ProjectUsage>(addresses.projectLimits(projectId), { signal }),
    staleTime: 0,
  });
}

export function useSetLimits(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (limits: ProjectLimits) =>
      api<ProjectUsage>(addresses.projectLimits(projectId), { method: 'PUT', body: limits }),
    onSuccess: (usage) => {
      client.setQueryData(projectKeys.one(projectId), usage);
      void client.invalidateQueries({ queryKey: [...projectKeys.list, 'all'] });
      void client.invalidateQueries({ queryKey: usageKey });
    },
  });
}
