import { QueryClient } from '@tanstack/react-query';
import { isApiError } from './api.ts';

/** What cannot become better by asking again is not asked again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events say what changed; until one does, what was fetched is right.
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && isApiError(error) && (error.code === 'network' || error.status >= 500),
      },
      mutations: { retry: false },
    },
  });
}
