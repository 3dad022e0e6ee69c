import type { KnownImage } from './load.ts';
import type { Place } from './places.ts';
import { awaitsLateCopy, joinedLocations, type Rows } from './rows.ts';

interface Location {
  id: string;
  image_id: string;
  store_id: string;
  object_key: string;
  state: string;
  bytes: number;
  verified_at: number | null;
  sha512: string | null;
  size_bytes: number | null;
  /** See `awaitsLateCopy`. */
  late: boolean | 0 | 1 | null;
}

/** Of servers that had their time to clean up: what is not as it must be, in words. */
export async function findBroken(
  rows: Rows,
  /** By the ids of the stores. */
  places: ReadonlyMap<string, Place>,
  images: readonly KnownImage[],
): Promise<string[]> {
  const locations = await rows.all<Location>(
    `select l.*, i.sha512, i.size_bytes, ${awaitsLateCopy()} as late from ${joinedLocations}`,
  );
  return [
    ...(await brokenLocations(places, locations)),
    ...(await strayObjects(places, locations)),
    ...(await brokenImages(rows, locations, images)),
    ...(await wrongCounters(rows, locations)),
    ...(await brokenWork(rows)),
  ];
}

async function brokenLocations(
  places: ReadonlyMap<string, Place>,
  locations: readonly Location[],
): Promise<string[]> {
  const broken: string[] = [];
  for (const location of locations) {
    const name = `${location.store_id}/${location.object_key} (${location.state})`;
    if (location.state !== 'active' && !location.late) {
      broken.push(`${name} has come to no end`);
      continue;
    }
    const found = await places.get(location.store_id)?.find(location.object_key);
    if (location.late) {
      if (found) broken.push(`${name} is to be removed and still has its object`);
      continue;
    }
    if (!found) broken.push(`${name} has no object`);
    else if (found.sizeBytes !== location.size_bytes) broken.push(`${name} has ${found.sizeBytes} bytes`);
    else if (found.sha512 !== location.sha512) broken.push(`${name} has other bytes than its image`);
    if (location.verified_at === null) broken.push(`${name} counts and was never verified`);
  }
  return broken;
}

async function strayObjects(
  places: ReadonlyMap<string, Place>,
  locations: readonly Location[],
): Promise<string[]> {
  const named = new Set(locations.map(({ store_id, object_key }) => `${store_id}/${object_key}`));
  const strays: string[] = [];
  for (const [store, place] of places) {
    for (const name of await place.names()) {
      const isObject = /^\.?[0-9a-f]{8}-[0-9a-f]{4}-/.test(name);
      if (isObject && !named.has(`${store}/${name}`)) strays.push(`${store}/${name} has no row`);
    }
  }
  return strays;
}

async function brokenImages(
  rows: Rows,
  locations: readonly Location[],
  images: readonly KnownImage[],
): Promise<string[]> {
  const stored = await rows.all<{ id: string; status: string; sha512: string | null }>(
    'select id, status, sha512 from images',
  );
  const byId = new Map(stored.map((row) => [row.id, row]));
  const broken: string[] = [];
  for (const known of images) {
    const row = byId.get(known.id);
    if (row === undefined) {
      if (known.isAcknowledged && !known.isDeleted)
        broken.push(`image ${known.id} was acknowledged and is gone`);
      continue;
    }
    if (known.isAcknowledged && row.status !== 'active') {
      broken.push(`image ${known.id} was acknowledged and is ${row.status}`);
    }
    if (row.status === 'active' && row.sha512 !== known.sha512)
      broken.push(`image ${known.id} has another hash`);
  }
  for (const row of stored) {
    if (row.status !== 'active') continue;
    if (!locations.some((location) => location.image_id === row.id && location.state === 'active')) {
      broken.push(`image ${row.id} is active and lies nowhere`);
    }
  }
  return broken;
}

async function wrongCounters(rows: Rows, locations: readonly Location[]): Promise<string[]> {
  const counted = await rows.all<{ store_id: string; count: number; bytes: number }>(
    'select store_id, sum(image_count) as count, sum(stored_bytes) as bytes from store_counters group by store_id',
  );
  const wrong: string[] = [];
  for (const { store_id, count, bytes } of counted) {
    const own = locations.filter((location) => location.store_id === store_id && !location.late);
    const sum = own.reduce((total, location) => total + location.bytes, 0);
    if (own.length !== count || sum !== bytes) {
      wrong.push(`${store_id} counts ${count} copies of ${bytes} bytes, and has ${own.length} of ${sum}`);
    }
  }
  return wrong;
}

/** Everything has ended by now: nobody holds anything, and no two rows name one object. */
async function brokenWork(rows: Rows): Promise<string[]> {
  const open = await rows.all<{ id: string; state: string }>(
    `select id, state from transfers where state not in ('done', 'failed', 'canceled') or lease_holder is not null`,
  );
  const uploads = await rows.all<{ id: string; state: string }>(
    `select id, state from uploads where state in ('receiving', 'checking') or lease_holder is not null`,
  );
  const shared = await rows.all<{ object_key: string }>(
    'select object_key from locations group by store_id, object_key having count(*) > 1',
  );
  return [
    ...open.map(({ id, state }) => `transfer ${id} is ${state} and has come to no end`),
    ...uploads.map(({ id, state }) => `upload ${id} is ${state} and has come to no end`),
    ...shared.map(({ object_key }) => `${object_key} is named by more than one row`),
  ];
}
