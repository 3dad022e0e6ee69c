import type { Capacity } from '../../store.ts';
import type { SwiftPlace } from './swift-place.ts';

/**
 * The quota with the least room: of the account, or of one of the two containers (the account-quotas and
 * container-quotas middlewares; radosgw has the same headers). Null where there is none: Swift tells nobody how full
 * the cluster is.
 */
export async function measureCapacity(place: SwiftPlace, signal?: AbortSignal): Promise<Capacity | null> {
  const [account, ...containers] = await Promise.all(
    [[], [place.container], [place.segmentsContainer]].map((path) =>
      place.client.send({ method: 'HEAD', path, expect: [200, 204, 404], signal }),
    ),
  );
  const found = [
    quotaOf(account?.headers, 'x-account-meta-quota-bytes', 'x-account-bytes-used'),
    ...containers.map(({ headers }) =>
      quotaOf(headers, 'x-container-meta-quota-bytes', 'x-container-bytes-used'),
    ),
  ].filter((capacity) => capacity !== null);
  found.sort((one, other) => one.freeBytes - other.freeBytes);
  return found[0] ?? null;
}

function quotaOf(
  headers: Readonly<Record<string, string>> | undefined,
  quota: string,
  used: string,
): Capacity | null {
  const totalBytes = Number(headers?.[quota] ?? NaN);
  if (!Number.isSafeInteger(totalBytes) || totalBytes <= 0) return null;
  return { totalBytes, freeBytes: Math.max(0, totalBytes - Number(headers?.[used] ?? 0)) };
}
