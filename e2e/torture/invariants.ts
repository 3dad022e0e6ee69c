import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import SQLite from 'better-sqlite3';
import type { KnownImage } from './load.ts';

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
}

/** Of a stopped server that had its time to clean up: what is not as it must be, in words. */
export async function findBroken(
  directory: string,
  /** Directories of the stores by id. */
  places: ReadonlyMap<string, string>,
  images: readonly KnownImage[],
): Promise<string[]> {
  const db = new SQLite(path.join(directory, 'data', 'stowage.db'), { readonly: true });
  try {
    const locations = db
      .prepare(`select l.*, i.sha512, i.size_bytes from locations l left join images i on i.id = l.image_id`)
      .all() as Location[];
    return [
      ...(await brokenLocations(places, locations)),
      ...(await strayFiles(places, locations)),
      ...brokenImages(db, locations, images),
      ...wrongCounters(db, locations),
    ];
  } finally {
    db.close();
  }
}

async function brokenLocations(
  places: ReadonlyMap<string, string>,
  locations: readonly Location[],
): Promise<string[]> {
  const broken: string[] = [];
  for (const location of locations) {
    const name = `${location.store_id}/${location.object_key} (${location.state})`;
    if (location.state !== 'active') {
      broken.push(`${name} has come to no end`);
      continue;
    }
    const file = path.join(places.get(location.store_id) ?? '', location.object_key);
    const facts = await stat(file).catch(() => null);
    if (facts === null) broken.push(`${name} has no object`);
    else if (facts.size !== location.size_bytes) broken.push(`${name} has ${facts.size} bytes`);
    else if ((await sha512Of(file)) !== location.sha512)
      broken.push(`${name} has other bytes than its image`);
    if (location.verified_at === null) broken.push(`${name} counts and was never verified`);
  }
  return broken;
}

async function strayFiles(
  places: ReadonlyMap<string, string>,
  locations: readonly Location[],
): Promise<string[]> {
  const named = new Set(locations.map(({ store_id, object_key }) => `${store_id}/${object_key}`));
  const strays: string[] = [];
  for (const [store, place] of places) {
    for (const name of await readdir(place)) {
      const isObject = /^\.?[0-9a-f]{8}-[0-9a-f]{4}-/.test(name);
      if (isObject && !named.has(`${store}/${name}`)) strays.push(`${store}/${name} has no row`);
    }
  }
  return strays;
}

function brokenImages(
  db: SQLite.Database,
  locations: readonly Location[],
  images: readonly KnownImage[],
): string[] {
  const rows = db.prepare('select id, status, sha512 from images').all() as {
    id: string;
    status: string;
    sha512: string | null;
  }[];
  const byId = new Map(rows.map((row) => [row.id, row]));
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
  for (const row of rows) {
    if (row.status !== 'active') continue;
    if (!locations.some((location) => location.image_id === row.id && location.state === 'active')) {
      broken.push(`image ${row.id} is active and lies nowhere`);
    }
  }
  return broken;
}

function wrongCounters(db: SQLite.Database, locations: readonly Location[]): string[] {
  const counted = db
    .prepare(
      'select store_id, sum(image_count) as count, sum(stored_bytes) as bytes from store_counters group by store_id',
    )
    .all() as { store_id: string; count: number; bytes: number }[];
  const wrong: string[] = [];
  for (const { store_id, count, bytes } of counted) {
    const own = locations.filter((location) => location.store_id === store_id);
    const sum = own.reduce((total, location) => total + location.bytes, 0);
    if (own.length !== count || sum !== bytes) {
      wrong.push(`${store_id} counts ${count} copies of ${bytes} bytes, and has ${own.length} of ${sum}`);
    }
  }
  return wrong;
}

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
