/** A cloud's images as rows, in the order of their creation: the same seed makes the same rows on every machine. */
import type { ImageStatus, LocationState, Visibility } from '#lib/contract/common.ts';
import { GiB, MiB } from '#lib/contract/limits.ts';
import type { Tables } from '#lib/db/define-schema.ts';
import { toSearchText } from '#lib/db/name-search.ts';
import { imageName } from './names.ts';
import { Random } from './random.ts';

export interface SeededStore {
  id: string;
  /** Of the images that are young or old enough for it, how many lie there, 0 to 1. */
  share: number;
  /** Between which ages, 0 the oldest image and 1 the newest; everywhere by default. */
  ages?: [number, number];
}

export interface SeedOptions {
  images: number;
  seed: number;
  stores: readonly SeededStore[];
  /** No copy is broken or about to go, so that a running server has nothing to do with them. */
  isHealthy?: boolean;
  /** Projects that own the images; the first ones own the most. */
  owners: readonly string[];
  /** A project of its own that owns every so-many-th image, so that it has few among many. */
  rare: { owner: string; every: number };
}

type Row<Name extends keyof Tables> = Tables[Name]['$inferInsert'];
/** Rows by table. */
export type Batch = { [Name in keyof Tables]?: Row<Name>[] };

const from = Date.UTC(2022, 0, 1);
const until = Date.UTC(2026, 6, 1);
const imagesInBatch = 5_000;

const visibilities: Visibility[] = [
  ...times<Visibility>(12, 'private'),
  ...times<Visibility>(5, 'shared'),
  ...times<Visibility>(2, 'public'),
  'community',
];
const formats = [...times(12, 'qcow2'), ...times(5, 'raw'), 'iso', 'vmdk', 'vhdx'];
const tags = ['lts', 'golden', 'snapshot', 'ci', 'gpu', 'legacy', 'eol', 'pci-dss', 'nightly', 'keep'];
const states: LocationState[] = [
  ...times<LocationState>(996, 'active'),
  'missing',
  'corrupt',
  'failed',
  'deleting',
];

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

/** Every table's rows in batches; the counters come last, in one batch. */
export function* seedRows(options: SeedOptions): Generator<Batch> {
  const random = new Random(options.seed);
  const counters = new Counters();
  for (let begin = 0; begin < options.images; begin += imagesInBatch) {
    const batch: Required<
      Pick<Batch, 'images' | 'locations' | 'image_tags' | 'image_properties' | 'image_members'>
    > = { images: [], locations: [], image_tags: [], image_properties: [], image_members: [] };
    const end = Math.min(options.images, begin + imagesInBatch);
    for (let number = begin; number < end; number += 1) {
      const image = imageRow(random, options, number);
      batch.images.push(image);
      counters.addImage(image);
      for (const location of locationRows(random, options, image, number / options.images)) {
        batch.locations.push(location);
        counters.addLocation(image, location);
      }
      batch.image_tags.push(...tagRows(random, image.id, number));
      batch.image_properties.push(...propertyRows(random, image));
      if (image.visibility === 'shared') batch.image_members.push(...memberRows(random, options, image));
    }
    yield batch;
  }
  yield counters.rows();
}

function imageRow(random: Random, { images, owners, rare }: SeedOptions, number: number): Row<'images'> {
  const createdAt = Math.floor(from + ((until - from) * number) / images);
  const name = imageName(random, createdAt, number);
  const status = statusOf(random);
  const size = status === 'queued' ? null : Math.ceil(random.fraction() ** 3 * 60 * GiB + 12 * MiB);
  const format = random.pick(formats);
  return {
    id: random.uuid(),
    name,
    sort_name: name,
    search_name: toSearchText(name),
    status,
    disk_format: format,
    container_format: random.chance(0.98) ? 'bare' : 'ova',
    size_bytes: size,
    sort_size: size ?? 0,
    virtual_size_bytes: size === null ? null : Math.ceil(size / GiB) * 2 * GiB,
    visibility: random.pick(visibilities),
    protected: random.chance(0.02),
    hidden: random.chance(0.01),
    owner_id: number % rare.every === rare.every - 1 ? rare.owner : random.pickSkewed(owners, 3),
    md5: size === null ? null : random.hex(32),
    sha512: size === null ? null : random.hex(128),
    min_disk_gib: random.chance(0.2) ? 10 : 0,
    min_ram_mib: random.chance(0.1) ? 2048 : 0,
    format_detail: format === 'qcow2' ? 'qcow2 v3' : null,
    revision: 1,
    created_at: createdAt,
    // Most are never touched again, some are much later.
    updated_at:
      createdAt + (random.chance(0.2) ? random.integer(until - createdAt + 1) : random.integer(600_000)),
  };
}

function statusOf(random: Random): ImageStatus {
  const part = random.fraction();
  if (part < 0.97) return 'active';
  if (part < 0.985) return 'queued';
  if (part < 0.999) return 'deactivated';
  return 'killed';
}

function locationRows(
  random: Random,
  { stores, isHealthy = false }: SeedOptions,
  image: Row<'images'>,
  age: number,
): Row<'locations'>[] {
  if (image.status === 'queued' || image.status === 'killed') return [];
  const possible = stores.filter(({ ages: [oldest, newest] = [0, 1] }) => age >= oldest && age < newest);
  const chosen = possible.filter(({ share }) => random.chance(share)).slice(0, 3);
  const at = image.created_at;
  return (chosen.length === 0 ? possible.slice(0, 1) : chosen).map(({ id }) => ({
    id: random.uuid(),
    image_id: image.id,
    store_id: id,
    object_key: `${image.id}-${random.hex(8)}`,
    state: isHealthy ? 'active' : random.pick(states),
    bytes: image.size_bytes ?? 0,
    committed: true,
    fence: 0,
    verified_at: at,
    attempts: 0,
    created_at: at,
    updated_at: at,
    image_name: image.sort_name,
    image_size: image.sort_size,
    image_created_at: image.created_at,
    image_updated_at: image.updated_at,
  }));
}

function tagRows(random: Random, imageId: string, number: number): Row<'image_tags'>[] {
  const chosen = new Set<string>();
  while (random.chance(0.35)) chosen.add(random.pickSkewed(tags, 2));
  // A tag that hardly any image has, as a search needs one.
  if (number % 20_000 === 7) chosen.add('incident-4711');
  return [...chosen].map((tag) => ({ image_id: imageId, tag }));
}

function propertyRows(random: Random, image: Row<'images'>): Row<'image_properties'>[] {
  const name = image.sort_name;
  const rows = [
    { image_id: image.id, name: 'os_type', value: name.startsWith('indows', 1) ? 'windows' : 'linux' },
    { image_id: image.id, name: 'architecture', value: name.includes('arm64') ? 'aarch64' : 'x86_64' },
  ];
  if (random.chance(0.2)) rows.push({ image_id: image.id, name: 'hw_disk_bus', value: 'scsi' });
  if (random.chance(0.05)) rows.push({ image_id: image.id, name: 'base_image_ref', value: random.hex(8) });
  return rows;
}

function memberRows(
  random: Random,
  { owners, rare }: SeedOptions,
  image: Row<'images'>,
): Row<'image_members'>[] {
  const members = new Set<string>();
  if (random.chance(0.001)) members.add(rare.owner);
  if (random.chance(0.3)) members.add(random.pick(owners));
  members.delete(image.owner_id);
  return [...members].map((member_id) => ({
    image_id: image.id,
    member_id,
    status: random.pick(['pending', 'accepted', 'accepted', 'rejected'] as const),
    created_at: image.created_at,
    updated_at: image.created_at,
  }));
}

/** What the repositories keep with every write, summed up here (see `lib/db/repositories/counters.ts`). */
class Counters {
  #images = new Map<string, Row<'image_counters'>>();
  #stores = new Map<string, Row<'store_counters'>>();

  addImage({ owner_id, visibility, size_bytes }: Row<'images'>): void {
    const key = `${owner_id} ${visibility}`;
    const row = this.#images.get(key) ?? { owner_id, visibility, image_count: 0, image_bytes: 0 };
    row.image_count += 1;
    row.image_bytes += size_bytes ?? 0;
    this.#images.set(key, row);
  }

  addLocation({ owner_id }: Row<'images'>, { store_id, state, bytes }: Row<'locations'>): void {
    if (!['active', 'verifying', 'corrupt'].includes(state)) return;
    const key = `${store_id} ${owner_id}`;
    const row = this.#stores.get(key) ?? { store_id, owner_id, image_count: 0, stored_bytes: 0 };
    row.image_count += 1;
    row.stored_bytes += bytes;
    this.#stores.set(key, row);
  }

  rows(): Batch {
    return { image_counters: [...this.#images.values()], store_counters: [...this.#stores.values()] };
  }
}
