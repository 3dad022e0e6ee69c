import { QueryClient } from '@tanstack/react-query';
import { isApiError } from './api.ts';

/** What cannot become better by asking again is not asked again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Without a line it is tried as well, and fails: who waits is told why. What has failed is fetched again with the
        // event stream, and not by this library.
        networkMode: 'always',
        // Events say what changed; until one does, what was fetched is right.
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && isApiError(error) && (error.code === 'network' || error.status >= 500),
      },
      // Held back it would be done when nobody expects it any more.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
