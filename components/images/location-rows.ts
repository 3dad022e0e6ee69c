import { berthOf, goneStore } from '#lib/client/berths.ts';
import type { BerthView } from '#lib/client/berths.ts';
import type { ImageView, LocationView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { TransferView } from '#lib/contract/transfers.ts';

export interface LocationRow {
  store: StoreView;
  location: LocationView | null;
  /** What goes on there now, or failed and can be tried again. */
  transfer: TransferView | null;
  berth: BerthView;
}

const shownEnded = ['failed'];

/** The places of an image in the order of the stores: its copies, and stores that one is on its way to. */
export function locationRows(image: ImageView, stores: StoreView[]): LocationRow[] {
  const known = new Set(stores.map(({ id }) => id));
  const lost = image.locations.filter(({ store }) => !known.has(store)).map(({ store }) => goneStore(store));
  return [...stores, ...lost].flatMap((store) => {
    const location = image.locations.find((candidate) => candidate.store === store.id) ?? null;
    const transfer = newestTransfer(image.transfers, store.id, location);
    if (location === null && transfer === null) return [];
    return [{ store, location, transfer, berth: berthOf(store, location, transfer, image.size_bytes) }];
  });
}

function newestTransfer(
  transfers: TransferView[],
  store: string,
  location: LocationView | null,
): TransferView | null {
  const newest = transfers
    .filter((transfer) => transfer.target_store === store)
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0];
  if (newest === undefined || newest.state === 'done' || newest.state === 'canceled') return null;
  // A failure that was made good since says nothing any more.
  if (shownEnded.includes(newest.state) && newest.kind === 'copy' && location?.state === 'active')
    return null;
  return newest;
}

/** Copies that can be read and were proved: what a lost copy could be made from. */
export function goodCopies(image: Pick<ImageView, 'locations'>): LocationView[] {
  return image.locations.filter(({ state, verified_at }) => state === 'active' && verified_at !== null);
}
