/** Images as the console's JSON shows them, with what this caller may do as data. */
import type { Actor } from '#lib/auth/actor.ts';
import { can } from '#lib/auth/policy.ts';
import type { Actions } from '#lib/contract/common.ts';
import type { ImageSummary, ImageView, LocationView } from '#lib/contract/images.ts';
import type { ImageRow, LocationRow } from '#lib/db/define-schema.ts';
import { findProjectNames } from '#lib/db/repositories/identity.ts';
import { findTags, withBelongings, type ImageRecord } from '#lib/db/repositories/images.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import { findMemberships, listMembers } from '#lib/db/repositories/members.ts';
import { listTransfersOfImage } from '#lib/db/repositories/transfers.ts';
import { isBroken, isReadable, mayRemove } from '#lib/domain/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toTransferViews } from '../transfers/view.ts';
import type { SeenImage } from './get.ts';

type ViewContext = Pick<Context, 'runtime' | 'actor'>;

/** How many of its transfers an image shows, the newest first. */
const shownTransfers = 50;

/** A page of images in a handful of queries, whatever its length. The caller has seen to it that they may be seen. */
export async function toImageSummaries(
  { runtime, actor }: ViewContext,
  rows: readonly ImageRow[],
): Promise<ImageSummary[]> {
  const q = runtime.db.read;
  const ids = rows.map(({ id }) => id);
  // Beside each other: on PostgreSQL what these take is above all the way there and back.
  const [tags, locationRows, owners, memberships] = await Promise.all([
    findTags(q, ids),
    listLocations(q, ids),
    findProjectNames(q, [...new Set(rows.map(({ owner_id }) => owner_id))]),
    findMemberships(q, ids, actor.projectId),
  ]);
  const locations = Map.groupBy(locationRows, ({ image_id }) => image_id);
  return rows.map((row) =>
    toSummary(
      { runtime, actor },
      { ...row, tags: tags.get(row.id) ?? [], membership: memberships.get(row.id) ?? null },
      locations.get(row.id) ?? [],
      owners.get(row.owner_id) ?? null,
    ),
  );
}

/** One image with everything that its page shows. */
export async function toImageView(ctx: ViewContext, image: SeenImage): Promise<ImageView> {
  const { runtime, actor } = ctx;
  const q = runtime.db.read;
  const [record] = await withBelongings(q, [image]);
  if (record === undefined) throw new Error('an image without itself');
  const locations = await listLocations(q, [image.id]);
  const owners = await findProjectNames(q, [image.owner_id]);
  const seen = { ...record, membership: image.membership };
  const members = await listMembers(q, image.id);
  const seesAll = actor.administrator || image.owner_id === actor.projectId;
  return {
    ...toSummary(ctx, seen, locations, owners.get(image.owner_id) ?? null),
    md5: image.md5,
    sha512: image.sha512,
    format_detail: image.format_detail,
    safety: image.safety,
    min_disk_gib: image.min_disk_gib,
    min_ram_mib: image.min_ram_mib,
    properties: record.properties,
    members: members
      .filter(({ member_id }) => seesAll || member_id === actor.projectId)
      .map(({ member_id, status }) => ({ member_id, status })),
    transfers: seesAll
      ? await toTransferViews(ctx, await listTransfersOfImage(q, image.id, shownTransfers))
      : [],
  };
}

type SeenRecord = SeenImage & Pick<ImageRecord, 'tags'>;

function toSummary(
  { runtime, actor }: ViewContext,
  image: SeenRecord,
  locations: readonly LocationRow[],
  ownerName: string | null,
): ImageSummary {
  return {
    id: image.id,
    name: image.name,
    status: image.status,
    disk_format: image.disk_format,
    container_format: image.container_format,
    size_bytes: image.size_bytes,
    virtual_size_bytes: image.virtual_size_bytes,
    visibility: image.visibility,
    protected: image.protected,
    hidden: image.hidden,
    owner_id: image.owner_id,
    owner_name: ownerName,
    tags: image.tags.toSorted(),
    locations: toLocationViews({ runtime, actor }, image, locations),
    created_at: new Date(image.created_at).toISOString(),
    updated_at: new Date(image.updated_at).toISOString(),
    actions: imageActions(actor, image, locations),
  };
}

/** In the order of the stores' weight; stores that are no longer configured come last. */
function toLocationViews(
  { runtime, actor }: ViewContext,
  image: SeenRecord,
  locations: readonly LocationRow[],
): LocationView[] {
  const order = new Map(runtime.config.stores.map(({ id }, index) => [id, index]));
  const place = ({ store_id }: LocationRow) => order.get(store_id) ?? order.size;
  const living = locations.filter(({ state }) => state !== 'deleting');
  // As with its transfers: who only may use an image does not see how it is looked after.
  const seesWork = actor.administrator || image.owner_id === actor.projectId;
  return locations
    .toSorted((a, b) => place(a) - place(b) || (a.store_id < b.store_id ? -1 : 1))
    .map((location) => ({
      store: location.store_id,
      state: location.state,
      bytes: location.bytes,
      verified_at: location.verified_at === null ? null : new Date(location.verified_at).toISOString(),
      created_at: new Date(location.created_at).toISOString(),
      error: seesWork ? location.error : null,
      transfer_id: seesWork ? location.transfer_id : null,
      upload_id: seesWork ? location.upload_id : null,
      actions: locationActions(
        actor,
        image,
        location,
        living.filter((other) => other !== location),
        (storeId) => mayRemove({ locations: living, storeId, isKnownStore: (id) => order.has(id) }),
      ),
    }));
}

function locationActions(
  actor: Actor,
  image: SeenRecord,
  location: LocationRow,
  others: readonly LocationRow[],
  removable: (storeId: string) => true | string,
): Actions {
  if (location.state === 'deleting') return {};
  const actions: Actions = {};
  if (can(actor, 'delete_image_location', image)) actions['remove'] = removable(location.store_id);
  if (can(actor, 'copy_image', image)) {
    actions['move'] = isReadable(location) ? true : 'Only a copy that can be read can be moved.';
    if (isBroken(location)) {
      actions['repair'] = others.some(isReadable)
        ? true
        : 'There is no good copy of this image left to read from.';
    }
  }
  if (can(actor, 'verify_image', image)) {
    const isWritten = ['active', 'missing', 'corrupt'].includes(location.state);
    actions['verify'] = isWritten ? true : 'There is nothing complete here to verify yet.';
  }
  return actions;
}

function imageActions(actor: Actor, image: SeenRecord, locations: readonly LocationRow[]): Actions {
  const readable = locations.some(isReadable);
  const actions: Actions = {};
  if (can(actor, 'download_image', image)) {
    if (image.status === 'deactivated' && !actor.administrator) {
      actions['download'] = 'The image is deactivated.';
    } else actions['download'] = readable ? true : 'There is nothing to download yet.';
  }
  if (can(actor, 'copy_image', image)) {
    actions['copy'] = image.status === 'active' && readable ? true : 'Only an active image can be copied.';
  }
  if (can(actor, 'modify_image', image)) actions['edit'] = true;
  if (can(actor, 'upload_image', image) && image.status === 'queued') actions['upload'] = true;
  if (image.visibility === 'shared') {
    if (can(actor, 'add_member', image)) actions['share'] = true;
    if (can(actor, 'delete_member', image)) actions['unshare'] = true;
    if (image.membership !== null && can(actor, 'modify_member', image)) actions['decide'] = true;
  }
  if (can(actor, 'delete_image', image)) {
    actions['delete'] = image.protected ? 'The image is protected. Take the protection away first.' : true;
  }
  return actions;
}
