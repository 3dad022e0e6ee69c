import { isCancelledError } from '@tanstack/react-query';
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';
import type { ServerEvent } from '#lib/contract/events.ts';
import type { ImageList, ImageSummary, ImageView } from '#lib/contract/images.ts';
import type { TransferList, TransferView } from '#lib/contract/transfers.ts';
import type { UploadView } from '#lib/contract/uploads.ts';
import { isApiError } from './api.ts';
import { imageKeys, imageQuery } from './queries/images.ts';
import { usageKey } from './queries/settings.ts';
import { storeKeys } from './queries/stores.ts';
import { hasEnded, openTransfersKey, transferKeys } from './queries/transfers.ts';
import { uploadsQuery } from './queries/uploads.ts';

/** A burst of events about the same things becomes one request. */
const gatherMilliseconds = 400;
/** Bytes of the stores, and what the project uses, move with every copy; their figures need not be newer than this. */
const storesMilliseconds = 2_000;
/** More changed images than this, and the lists are fetched again instead of one image each. */
const patchLimit = 12;

export interface EventSink {
  take(event: ServerEvent): void;
  close(): void;
}

/** Brings the query cache up to date with what the server says happened. */
export function createEventSink(client: QueryClient): EventSink {
  const changedImages = new Set<string>();
  let listsAreOld = false;
  let storesTimer: ReturnType<typeof setTimeout> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    timer = undefined;
    const images = [...changedImages];
    const refetchLists = listsAreOld || images.length > patchLimit;
    changedImages.clear();
    listsAreOld = false;
    for (const id of images) {
      if (refetchLists) void client.invalidateQueries({ queryKey: imageKeys.detail(id) });
      else void refreshImage(client, id);
    }
    if (refetchLists) {
      void client.invalidateQueries({ queryKey: imageKeys.lists });
      void client.invalidateQueries({ queryKey: imageKeys.counts });
    }
  };
  const refreshStores = (wait: number) => {
    storesTimer ??= setTimeout(() => {
      storesTimer = undefined;
      void client.invalidateQueries({ queryKey: storeKeys.all });
      void client.invalidateQueries({ queryKey: usageKey });
    }, wait);
  };
  const gather = () => {
    timer ??= setTimeout(flush, gatherMilliseconds);
  };

  return {
    take(event) {
      switch (event.type) {
        case 'image':
          refreshStores(storesMilliseconds);
          if (event.change === 'deleted') {
            removeImage(client, event.image_id);
          } else {
            changedImages.add(event.image_id);
            if (event.change === 'created') listsAreOld = true;
          }
          return gather();
        case 'store':
          return refreshStores(gatherMilliseconds);
        case 'transfer':
          return patchTransfer(client, event.transfer);
        case 'upload':
          return patchUpload(client, event.upload);
        case 'upload-gone':
          client.setQueryData<UploadView[]>(uploadsQuery.queryKey, (uploads) =>
            uploads?.filter((upload) => upload.id !== event.upload_id),
          );
          return askAgainIfAsking(client, uploadsQuery.queryKey);
        case 'reset':
          void client.invalidateQueries();
      }
    },
    close() {
      clearTimeout(timer);
      clearTimeout(storesTimer);
    },
  };
}

/** One image, fetched once, into its page and into every list that shows it. */
async function refreshImage(client: QueryClient, id: string): Promise<void> {
  const inLists = client
    .getQueriesData<InfiniteData<ImageList>>({ queryKey: imageKeys.lists })
    .some(([, data]) => data?.pages.some((page) => page.images.some((image) => image.id === id)));
  const onPage = client.getQueryData(imageKeys.detail(id)) !== undefined;
  if (!inLists && !onPage) {
    await client.invalidateQueries({ queryKey: imageKeys.lists });
    return;
  }
  // An answer that is on its way may have been made before the change; `fetchQuery` would wait for that one.
  await client.cancelQueries({ queryKey: imageKeys.detail(id), exact: true });
  try {
    const image = await client.fetchQuery({ ...imageQuery(id), staleTime: 0 });
    patchLists(client, id, () => toSummary(image));
  } catch (error) {
    // A later change of it has begun to ask anew.
    if (isCancelledError(error)) return;
    if (isApiError(error) && error.code === 'not_found') removeImage(client, id);
    else await client.invalidateQueries({ queryKey: imageKeys.detail(id) });
  }
}

function toSummary(image: ImageView): ImageSummary {
  const {
    md5,
    sha512,
    format_detail,
    safety,
    min_disk_gib,
    min_ram_mib,
    properties,
    members,
    transfers,
    ...summary
  } = image;
  return summary;
}

function removeImage(client: QueryClient, id: string): void {
  patchLists(client, id, () => null);
  void client.invalidateQueries({ queryKey: imageKeys.detail(id) });
  void client.invalidateQueries({ queryKey: imageKeys.counts });
}

/** Replaces (or with null: takes out) an image in every cached list. */
function patchLists(
  client: QueryClient,
  id: string,
  change: (image: ImageSummary) => ImageSummary | null,
): void {
  client.setQueriesData<InfiniteData<ImageList>>({ queryKey: imageKeys.lists }, (data) => {
    if (!data?.pages.some((page) => page.images.some((image) => image.id === id))) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      images: page.images.flatMap((image) => (image.id === id ? (change(image) ?? []) : image)),
    }));
    const rowsIn = (list: ImageList[]) => list.reduce((sum, page) => sum + page.images.length, 0);
    const gone = rowsIn(data.pages) - rowsIn(pages);
    // Each page tells the total of the whole list.
    return {
      ...data,
      pages: pages.map((page) => ({ ...page, total: page.total === null ? null : page.total - gone })),
    };
  });
}

/** The answer that is on its way was made before this end, and no later event would put right what it says. */
function askAgainIfAsking(client: QueryClient, queryKey: QueryKey): void {
  if (client.isFetching({ queryKey, exact: true }) > 0)
    void client.invalidateQueries({ queryKey, exact: true });
}

function patchTransfer(client: QueryClient, transfer: TransferView): void {
  client.setQueryData<TransferView[]>(openTransfersKey, (open) => open && upsert(open, transfer, hasEnded));
  if (hasEnded(transfer)) askAgainIfAsking(client, openTransfersKey);
  client.setQueriesData<InfiniteData<TransferList>>({ queryKey: transferKeys.lists }, (data) => {
    if (!data) return data;
    const isShown = data.pages.some((page) => page.transfers.some(({ id }) => id === transfer.id));
    if (!isShown) return data;
    return {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        transfers: page.transfers.map((row) => (row.id === transfer.id ? transfer : row)),
      })),
    };
  });
  client.setQueryData<ImageView>(
    imageKeys.detail(transfer.image_id),
    (image) => image && { ...image, transfers: upsert(image.transfers, transfer, () => false) },
  );
  const isNew = !client
    .getQueriesData<InfiniteData<TransferList>>({ queryKey: transferKeys.lists })
    .some(([, data]) => data?.pages.some((page) => page.transfers.some(({ id }) => id === transfer.id)));
  if (isNew || hasEnded(transfer))
    void client.invalidateQueries({ queryKey: transferKeys.lists, refetchType: 'active' });
}

/** Ended ones stay, as they do in the server's list; who shows the list leaves out what it does not want. */
function patchUpload(client: QueryClient, upload: UploadView): void {
  client.setQueryData<UploadView[]>(
    uploadsQuery.queryKey,
    (uploads) => uploads && upsert(uploads, upload, () => false),
  );
  if (upload.state === 'done' || upload.state === 'failed') askAgainIfAsking(client, uploadsQuery.queryKey);
}

/** In its place if it is there, else first; `leaves` says that it does not belong any more. */
function upsert<Row extends { id: string }>(rows: Row[], row: Row, leaves: (row: Row) => boolean): Row[] {
  if (leaves(row)) return rows.filter(({ id }) => id !== row.id);
  return rows.some(({ id }) => id === row.id)
    ? rows.map((old) => (old.id === row.id ? row : old))
    : [row, ...rows];
}
