import type { LocationView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { percentOf } from './format.ts';

/** What the berth of a store shows for one image. */
export interface BerthView {
  store: StoreView;
  location: LocationView | null;
  state:
    | 'active'
    | 'copying'
    | 'verifying'
    | 'queued'
    | 'paused'
    | 'leaving'
    | 'corrupt'
    | 'failed'
    | 'offline'
    | 'absent';
  /** Durable per cent, while it is being filled. */
  percent: number;
}

/** More stores than this, and the rest stands behind a `+3`. */
export const berthLimit = 9;

/** One berth for each store, in the order of the stores. */
export function berthsOf(
  image: { size_bytes: number | null; locations: LocationView[] },
  stores: StoreView[],
  transfers: TransferView[] = [],
): BerthView[] {
  return stores.map((store) => {
    const location = image.locations.find((candidate) => candidate.store === store.id) ?? null;
    const transfer = transfers.find((candidate) => candidate.target_store === store.id) ?? null;
    return berthOf(store, location, transfer, image.size_bytes);
  });
}

export function berthOf(
  store: StoreView,
  location: LocationView | null,
  transfer: TransferView | null,
  sizeBytes: number | null,
): BerthView {
  const berth = (state: BerthView['state'], percent = 0): BerthView => ({ store, location, state, percent });
  if (transfer?.kind === 'copy' && location?.state !== 'active') {
    if (transfer.state === 'queued') return berth('queued');
    if (transfer.state === 'paused')
      return berth('paused', percentOf(transfer.bytes_done, transfer.bytes_total));
    if (transfer.state === 'running')
      return berth('copying', percentOf(transfer.bytes_done, transfer.bytes_total));
    if (transfer.state === 'verifying') return berth('verifying');
  }
  if (location === null) return berth('absent');
  switch (location.state) {
    case 'writing':
      return sizeBytes === null || location.bytes === 0
        ? berth('queued')
        : berth('copying', percentOf(location.bytes, sizeBytes));
    case 'verifying':
      return berth('verifying');
    case 'deleting':
      return berth('leaving');
    case 'corrupt':
    case 'missing':
      return berth('corrupt');
    case 'failed':
      return berth('failed');
    case 'active':
      if (store.state === 'unavailable') return berth('offline');
      return transfer?.kind === 'verify' ? berth('verifying') : berth('active');
  }
}

/** Bytes of the capacity that are used, in per cent; null where the store has no known capacity. */
export function usedPercent(store: StoreView): number | null {
  const total = capacityBytes(store);
  const used = usedBytes(store);
  if (total === null || total === 0 || used === null) return null;
  return Math.min(100, (used / total) * 100);
}

/** What may be filled: the operator's quota if there is one and it is less than the medium. */
export function capacityBytes(store: StoreView): number | null {
  const { total_bytes: total } = store.capacity;
  if (store.quota_bytes === null) return total;
  return total === null ? store.quota_bytes : Math.min(total, store.quota_bytes);
}

/** What is not free: by the medium, or by our own count under a quota. */
export function usedBytes(store: StoreView): number | null {
  const { total_bytes: total, free_bytes: free } = store.capacity;
  if (store.quota_bytes !== null && (total === null || store.quota_bytes < total)) return store.stored_bytes;
  if (total === null || free === null) return null;
  return Math.max(0, total - free);
}

export interface StoreLayer {
  kind: 'operator' | 'project' | 'foreign' | 'reserved' | 'incoming';
  percent: number;
}

/** The layers of a hold, bottom to top: ours by owner, what others put on the same medium, what transfers will add. */
export function layersOf(store: StoreView, incomingBytes = 0): StoreLayer[] {
  const total = capacityBytes(store);
  const used = usedBytes(store);
  if (total === null || total === 0 || used === null) return [];
  const share = (bytes: number) => (Math.max(0, bytes) / total) * 100;
  const ours = Math.min(used, store.operator_bytes + store.project_bytes);
  const operator = Math.min(ours, store.operator_bytes);
  const layers: StoreLayer[] = [
    { kind: 'operator', percent: share(operator) },
    { kind: 'project', percent: share(ours - operator) },
    { kind: 'foreign', percent: share(used - ours) },
    { kind: 'reserved', percent: Math.min(share(store.reserved_bytes), 100 - share(used)) },
    { kind: 'incoming', percent: share(incomingBytes) },
  ];
  return layers.filter((layer) => layer.percent > 0);
}

/** Above its line nothing is placed by itself, and a person should look. */
export function isOverLoadLine(store: StoreView): boolean {
  const used = usedPercent(store);
  return used !== null && used > store.load_line;
}

/** Stands for a store that copies still name and the configuration does not: what lies there cannot be reached. */
export function goneStore(id: string): StoreView {
  return {
    id,
    code: '–',
    description: '',
    driver: '',
    weight: 0,
    tier: null,
    site: null,
    hypervisors: [],
    price_per_gib_month: null,
    currency: 'EUR',
    default: false,
    load_line: 100,
    quota_bytes: null,
    state: 'unavailable',
    state_since: null,
    error: null,
    capacity: { total_bytes: null, free_bytes: null, measured_at: null },
    image_count: 0,
    stored_bytes: 0,
    operator_bytes: 0,
    project_bytes: 0,
    reserved_bytes: 0,
    read_latency_ms: null,
    read_rate: null,
    capabilities: [],
    actions: {},
  };
}
