'use client';

import { useQueries } from '@tanstack/react-query';
import { api } from '#lib/client/api.ts';
import { addresses } from '#lib/client/paths.ts';
import type { ImageList } from '#lib/contract/images.ts';

/** Names that an image of this project has already. Two may be called the same, but hardly anybody means it. */
export function useTakenNames(names: readonly string[]): ReadonlySet<string> {
  const unique = [...new Set(names)];
  return useQueries({
    queries: unique.map((name) => ({
      queryKey: ['images', 'name', name],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api<ImageList>(addresses.images, { query: { tab: 'project', q: name, limit: 20 }, signal }),
    })),
    combine: (answers) =>
      new Set(
        unique.filter((name, index) => answers[index]?.data?.images.some((image) => image.name === name)),
      ),
  });
}
