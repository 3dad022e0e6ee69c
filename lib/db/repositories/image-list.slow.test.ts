import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { seedRows, type Batch } from '#e2e/seed/images.ts';
import { Random } from '#e2e/seed/random.ts';
import { writeRows } from '#e2e/seed/write.ts';
import type { Database } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import { makeTestDatabase, type TestDatabase } from '../test-support.ts';
import { imageFilters, type ImageFilter } from './image-filters.ts';
import type { ImageCondition } from './image-condition.ts';
import { listImages, type ImageBranch } from './image-list.ts';
import { Walk } from './image-walk.ts';
import { compareRows, completeSort, isIndexed, sortValue, type Place, type SortPart } from './image-order.ts';

const stores = ['fast', 'archive', 'edge'];
const projects = Array.from({ length: 12 }, (_, i) => `project-${i}`);
const rare = 'project-of-few';

/** What the seed has written, to be searched without any index. */
const written = {
  images: [] as ImageRow[],
  locations: Map.groupBy([] as Row<'locations'>[], ({ image_id }) => image_id),
  tags: new Set<string>(),
  members: Map.groupBy([] as Row<'image_members'>[], ({ image_id }) => image_id),
};
type Row<Table extends keyof Batch> = NonNullable<Batch[Table]>[number];

const directory = mkdtempSync(path.join(tmpdir(), 'stowage-lists-'));
let place: TestDatabase;
let db: Database;

before(async () => {
  place = await makeTestDatabase(directory);
  await (await place.open()).close();
  const batches = [
    ...seedRows({
      // More than what is looked for, or walked over, in the first turns.
      images: 6_000,
      seed: 7,
      stores: [
        { id: 'fast', share: 0.8 },
        { id: 'archive', share: 0.9, ages: [0, 0.4] },
        { id: 'edge', share: 0.02 },
      ],
      owners: projects,
      rare: { owner: rare, every: 350 },
    }),
  ];
  await writeRows(place.url, batches);
  const rows = <Table extends keyof Batch>(table: Table) =>
    batches.flatMap((batch) => (batch[table] ?? []) as Row<Table>[]);
  written.images = rows('images') as ImageRow[];
  written.locations = Map.groupBy(rows('locations'), ({ image_id }) => image_id);
  written.tags = new Set(rows('image_tags').map(({ image_id, tag }) => `${image_id} ${tag}`));
  written.members = Map.groupBy(rows('image_members'), ({ image_id }) => image_id);
  db = await place.open();
});

after(async () => {
  await db.close();
  await place.drop();
  rmSync(directory, { recursive: true });
});

/** A condition, and who meets it as the rows themselves say. */
interface Case {
  filter: ImageFilter;
  meets(image: ImageRow): boolean;
}

const locationsOf = ({ id }: ImageRow) => written.locations.get(id) ?? [];

const cases: Record<string, (random: Random) => Case> = {
  search(random) {
    const parts = [
      'ubuntu',
      'UBUNTU-22',
      'snapshot-prod-web-00',
      'ÉTUDE',
      'étu',
      'u',
      'Wi',
      'é',
      '-',
      'build-1',
      'nothing',
      '%',
      'x_',
      '"',
      "'a",
    ];
    const part = random.chance(0.2)
      ? random.pick(written.images).id.slice(0, random.pick([8, 20, 36]))
      : random.pick(parts);
    const text = part.toLowerCase();
    return {
      filter: imageFilters.search(db.read, part),
      meets: ({ id, sort_name }) => {
        const name = sort_name.toLowerCase();
        const byId = /^[0-9a-f-]{8,36}$/.test(text) && id.startsWith(text);
        return byId || (text.length < 3 ? name.startsWith(text) : name.includes(text));
      },
    };
  },
  store(random) {
    const chosen = random.chance(0.5) ? [random.pick(stores)] : ['archive', random.pick(['edge', 'none'])];
    return {
      filter: imageFilters.inStores(db.read, chosen),
      meets: (image) =>
        locationsOf(image).some(
          ({ store_id, state }) => chosen.includes(store_id) && state !== 'deleting' && state !== 'failed',
        ),
    };
  },
  attention() {
    return {
      filter: imageFilters.needsAttention(db.read),
      meets: (image) =>
        image.status === 'killed' ||
        locationsOf(image).some(({ state }) => ['missing', 'corrupt', 'failed'].includes(state)),
    };
  },
  status(random) {
    const values = random.chance(0.5)
      ? [random.pick(['queued', 'active', 'saving'])]
      : ['queued', 'deactivated'];
    return {
      filter: imageFilters.column(db.read, 'status', values),
      meets: ({ status }) => values.includes(status),
    };
  },
  visibility(random) {
    const values = random.chance(0.7)
      ? [random.pick(['public', 'shared', 'private'])]
      : ['shared', 'community'];
    return {
      filter: imageFilters.column(db.read, 'visibility', values),
      meets: ({ visibility }) => values.includes(visibility),
    };
  },
  owner(random) {
    const owner = random.pick([rare, 'project-0', 'project-9']);
    return {
      filter: imageFilters.column(db.read, 'owner_id', [owner]),
      meets: ({ owner_id }) => owner_id === owner,
    };
  },
  format(random) {
    const format = random.pick(['qcow2', 'iso', 'ploop']);
    return {
      filter: imageFilters.column(db.read, 'disk_format', [format]),
      meets: ({ disk_format }) => disk_format === format,
    };
  },
  tag(random) {
    const tag = random.pick(['lts', 'keep', 'incident-4711', 'none']);
    return { filter: imageFilters.tag(db.read, tag), meets: ({ id }) => written.tags.has(`${id} ${tag}`) };
  },
  flag(random) {
    const [column, value] = [random.pick(['protected', 'hidden'] as const), random.chance(0.5)];
    return { filter: imageFilters.flag(db.read, column, value), meets: (image) => image[column] === value };
  },
  bound(random) {
    const column = random.pick(['size_bytes', 'created_at', 'updated_at', 'min_ram_mib'] as const);
    const value = random.pick(written.images)[column] ?? 0;
    const operator = random.pick(['gt', 'lte', 'eq'] as const);
    return {
      filter: imageFilters.bound(db.read, column, operator, value),
      meets: ({ [column]: own }) =>
        own !== null && (operator === 'gt' ? own > value : operator === 'lte' ? own <= value : own === value),
    };
  },
};

const tenant = (project: string): ImageBranch[] => [
  { kind: 'owner', owner: project },
  { kind: 'visibility', visibility: 'public' },
  { kind: 'visibility', visibility: 'community' },
  { kind: 'member', project, status: 'accepted' },
];

const conditions: readonly ImageCondition[] = [
  false,
  { kind: 'column', column: 'status', values: ['active', 'queued'], ignoreCase: true },
  { kind: 'not', condition: { kind: 'column', column: 'visibility', values: ['public'], ignoreCase: false } },
  {
    kind: 'any',
    conditions: [
      { kind: 'column', column: 'protected', values: ['true', 'neither'], ignoreCase: true },
      { kind: 'member', project: rare },
      {
        kind: 'all',
        conditions: [
          true,
          { kind: 'column', column: 'owner_id', values: ['project-0', 'project-1'], ignoreCase: false },
        ],
      },
    ],
  },
];

function meets(condition: ImageCondition, image: ImageRow): boolean {
  if (typeof condition === 'boolean') return condition;
  switch (condition.kind) {
    case 'not':
      return !meets(condition.condition, image);
    case 'all':
      return condition.conditions.every((each) => meets(each, image));
    case 'any':
      return condition.conditions.some((each) => meets(each, image));
    case 'member':
      return isIn({ kind: 'member', project: condition.project, status: 'all' }, image);
    case 'column':
      return condition.values.includes(String(image[condition.column]));
  }
}

function isIn(branch: ImageBranch, image: ImageRow): boolean {
  if (branch.only !== undefined && !meets(branch.only, image)) return false;
  switch (branch.kind) {
    case 'all':
      return true;
    case 'owner':
      return image.owner_id === branch.owner;
    case 'visibility':
      return image.visibility === branch.visibility;
    case 'member':
      return (
        image.visibility === 'shared' &&
        (written.members.get(image.id) ?? []).some(
          ({ member_id, status }) =>
            member_id === branch.project && (branch.status === 'all' || status === branch.status),
        )
      );
  }
}

function randomSort(random: Random): SortPart[] {
  const keys = ['name', 'size', 'status', 'created_at', 'updated_at', 'id', 'disk_format'] as const;
  const sort = [{ key: random.pick(keys), dir: random.pick(['asc', 'desc'] as const) }];
  if (random.chance(0.1)) sort.push({ key: random.pick(keys), dir: random.pick(['asc', 'desc'] as const) });
  return sort;
}

test('a page holds what it would hold if every image were looked at, whatever is asked for', async () => {
  const random = new Random(11);
  const meetings = new Map<string, number>();
  for (let round = 0; round < 120; round += 1) {
    const whose: ImageBranch[] = random.pick([
      [{ kind: 'all' }],
      tenant(rare),
      tenant('project-0'),
      tenant('stranger'),
    ]);
    const branches = whose.map((branch) =>
      random.chance(0.2) ? { ...branch, only: random.pick(conditions) } : branch,
    );
    const names = Object.keys(cases).filter(() => random.chance(0.2));
    const chosen = names.map((name) => cases[name]?.(random)).filter((each) => each !== undefined);
    const sort = randomSort(random);
    const complete = completeSort(sort);
    const expected = written.images
      .filter((image) => branches.some((branch) => isIn(branch, image)))
      .filter((image) => chosen.every(({ meets }) => meets(image)))
      .sort((a, b) => compareRows(a, b, complete));
    const limit = random.pick([1, 7, 50]);
    const request = { branches, filters: chosen.map(({ filter }) => filter), sort, limit };
    const about = JSON.stringify({ round, names, sort, limit, branches: branches.length });
    // The first two pages, and one from the middle of the list.
    for (const begin of [0, limit, Math.floor(expected.length / 2)]) {
      const last = expected[begin - 1];
      if (begin > 0 && last === undefined) continue;
      const after: Place | null = last === undefined ? null : complete.map(({ key }) => sortValue(last, key));
      const { rows, more } = await listImages(db.read, { ...request, after });
      assert.deepEqual(
        rows.map(({ id }) => id),
        expected.slice(begin, begin + limit).map(({ id }) => id),
        `${about} from ${begin}`,
      );
      assert.equal(more, expected.length > begin + limit, about);
    }
    for (const name of names) meetings.set(name, (meetings.get(name) ?? 0) + Number(expected.length > 0));
  }
  for (const name of Object.keys(cases)) assert.ok((meetings.get(name) ?? 0) > 3, `${name} has met nothing`);
});

test('a walk in small steps meets the same images as one in a single step, along every index', async () => {
  const q = db.read;
  const within: Record<string, ImageFilter | null> = {
    all: null,
    owner: imageFilters.column(q, 'owner_id', ['project-9']),
    visibility: imageFilters.column(q, 'visibility', ['community']),
    store: imageFilters.inStores(q, ['edge']),
    inactive: imageFilters.column(q, 'status', ['queued', 'deactivated']),
    broken: imageFilters.needsAttention(q).alternatives?.[1] ?? null,
  };
  const most = imageFilters.column(q, 'disk_format', ['qcow2']);
  for (const [name, scope] of Object.entries(within)) {
    for (const key of ['name', 'size', 'created_at', 'updated_at', 'status'] as const) {
      if (!isIndexed(scope?.scope?.kind ?? scope?.among?.kind ?? 'all', completeSort([{ key, dir: 'asc' }])))
        continue;
      for (const dir of ['asc', 'desc'] as const) {
        const page = { q, sort: completeSort([{ key, dir }]), after: null, rows: 10_000 };
        const filters = scope === null ? [most] : [scope, most];
        const [steps, leap] = [new Walk(page, filters, scope), new Walk(page, filters, scope)];
        let met: ImageRow[] | null = null;
        // A step is of 8 entries, or of 80 where there are many.
        for (let turns = 0; met === null; turns += 1) {
          assert.ok(turns < 10_000);
          met = await steps.go(scope === null || name === 'owner' ? 10 : 1);
        }
        const all = (await leap.go(100_000)) ?? [];
        assert.ok(all.length > 3, `${name} ${key}`);
        assert.deepEqual(
          met.map(({ id }) => id),
          all.map(({ id }) => id),
          `${name} ${key} ${dir}`,
        );
      }
    }
  }
});
