import { useQuery } from '@tanstack/react-query';
import type { ProjectUsage } from '#lib/contract/quotas.ts';
import type { SettingsView } from '#lib/contract/settings.ts';
import { api } from '../api.ts';
import { addresses } from '../paths.ts';

export function useUsage() {
  return useQuery({
    queryKey: ['usage'],
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
