import type { StoreView } from '#lib/contract/stores.ts';
import { GiB } from '#lib/contract/limits.ts';
import { capacityBytes, usedBytes } from '../berths.ts';

export interface PlaceOffer {
  store: StoreView;
  /** For these files together; null where the operator gave no price. */
  pricePerMonth: number | null;
  /** What may still be placed up to the medium's or the quota's end; null: no limit is known. */
  freeBytes: number | null;
  /** Why these files cannot go there. */
  refusal: Refusal | null;
}

export type Refusal =
  | { kind: 'read-only' }
  | { kind: 'unavailable' }
  /** In the store's own words: what this person may not do there. */
  | { kind: 'not-allowed'; reason: string }
  | { kind: 'full'; freeBytes: number; instead: { store: string; freeBytes: number | null } | null }
  | { kind: 'above-load-line'; instead: { store: string; freeBytes: number | null } | null };

/** Where `bytes` may be kept, in the order of the berths. Above its load line a store is not offered. */
export function planPlaces(stores: readonly StoreView[], bytes: number): PlaceOffer[] {
  return stores.map((store) => {
    const free = freeBytes(store);
    const refusal = refusalOf(store, bytes);
    return {
      store,
      pricePerMonth: store.price_per_gib_month === null ? null : (store.price_per_gib_month * bytes) / GiB,
      freeBytes: free,
      refusal:
        refusal === 'full' || refusal === 'above-load-line'
          ? withAlternative(stores, bytes, refusal, free)
          : refusal,
    };
  });
}

/** The one that is ticked at first: the default store, else the first that takes the files. */
export function firstPlace(offers: readonly PlaceOffer[]): string | null {
  const possible = offers.filter(({ refusal }) => refusal === null);
  return (possible.find(({ store }) => store.default) ?? possible[0])?.store.id ?? null;
}

export function freeBytes(store: StoreView): number | null {
  const total = capacityBytes(store);
  const used = usedBytes(store);
  if (total === null || used === null) return store.capacity.free_bytes;
  return Math.max(0, total - used);
}

function refusalOf(
  store: StoreView,
  bytes: number,
): Exclude<Refusal, { instead: unknown }> | 'full' | 'above-load-line' | null {
  if (store.state === 'unavailable') return { kind: 'unavailable' };
  if (store.state === 'read-only') return { kind: 'read-only' };
  if (typeof store.actions.place === 'string') return { kind: 'not-allowed', reason: store.actions.place };
  const free = freeBytes(store);
  if (free !== null && bytes > free) return 'full';
  const total = capacityBytes(store);
  const used = usedBytes(store);
  if (total === null || used === null || total === 0) return null;
  // What running transfers will add is as good as there already.
  return used + store.reserved_bytes + bytes > (total * store.load_line) / 100 ? 'above-load-line' : null;
}

function withAlternative(
  stores: readonly StoreView[],
  bytes: number,
  kind: 'full' | 'above-load-line',
  free: number | null,
): Refusal {
  const other = stores.find((store) => refusalOf(store, bytes) === null);
  const instead = other ? { store: other.id, freeBytes: freeBytes(other) } : null;
  return kind === 'full' ? { kind, freeBytes: free ?? 0, instead } : { kind, instead };
}
