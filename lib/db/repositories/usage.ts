import { and, asc, eq, gt, ne, sql } from 'drizzle-orm';
import { allStores, type Charge, type ChargeLimits, type Over, type Resource } from '../charges.ts';
import type { Queries, Transaction } from '../database.ts';
import type { LocationRow } from '../define-schema.ts';
import { prepared } from '../prepared.ts';

export interface Usage {
  store_id: string;
  resource: Resource;
  used: number;
}

/** From now on this transaction fails when it takes more of a resource than its project may have. Giving back is free. */
export function limitCharges(q: Transaction, limits: ChargeLimits): void {
  q.charges.limits.set(limits.projectId, limits);
}

/** Adds to what a project uses; written at the end of the transaction, all of it in one statement. */
export function charge(
  q: Transaction,
  projectId: string,
  storeId: string,
  resource: Resource,
  amount: number,
) {
  if (amount === 0) return;
  const { planned } = q.charges;
  if (planned.size === 0) q.beforeCommit('usage', () => writeCharges(q));
  const key = `${projectId} ${storeId} ${resource}`;
  const before = planned.get(key)?.amount ?? 0;
  planned.set(key, { projectId, storeId, resource, amount: before + amount });
}

type Charged = Pick<LocationRow, 'state' | 'bytes' | 'committed' | 'upload_id' | 'reserved_bytes' | 'staged'>;

/** What a location takes: until it is complete also what was promised to it, and nothing once it is to go. */
function chargedBytes({ state, bytes, committed, reserved_bytes = 0 }: Charged): number {
  if (state === 'deleting' || state === 'missing') return 0;
  return committed ? bytes : Math.max(bytes, reserved_bytes);
}

/** Charges the difference that a location makes; null: it was not there, or is gone. */
export function chargeLocation(
  q: Transaction,
  ownerId: string,
  storeId: string,
  before: Charged | null,
  after: Charged | null,
): void {
  for (const [location, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (location === null || location.state === 'deleting' || location.state === 'missing') continue;
    const resource = location.staged ? 'stage' : 'size';
    const amount = sign * chargedBytes(location);
    charge(q, ownerId, allStores, resource, amount);
    charge(q, ownerId, storeId, resource, amount);
    charge(q, ownerId, storeId, 'count', sign);
    if (isUploading(location)) charge(q, ownerId, storeId, 'uploading', sign);
  }
}

function isUploading({ committed, upload_id }: Charged): boolean {
  return !committed && upload_id !== null;
}

async function writeCharges(q: Transaction): Promise<void> {
  const charges = [...q.charges.planned.entries()]
    .filter(([, { amount }]) => amount !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, charge]) => ({ ...charge, most: mostOf(q, charge) }));
  if (charges.length === 0) return;
  const values: Record<string, unknown> = {};
  charges.forEach(({ projectId, storeId, resource, amount, most }, i) => {
    Object.assign(values, {
      [`project${i}`]: projectId,
      [`store${i}`]: storeId,
      [`resource${i}`]: resource,
      [`amount${i}`]: amount,
      // No limit: what can never be reached.
      [`most${i}`]: most ?? Number.MAX_SAFE_INTEGER,
    });
  });
  const written = await chargeStatement(q, charges.length).execute(values);
  const used = new Map(written.map((row) => [`${row.store} ${row.resource} ${row.project}`, row.used]));
  for (const { projectId, storeId, resource, amount, most } of charges) {
    const now = used.get(`${storeId} ${resource} ${projectId}`);
    // The first row of its kind is inserted as it is.
    if (amount < 0 || most === null || (now !== undefined && now <= most)) continue;
    const before = now === undefined ? await findUsed(q, projectId, storeId, resource) : now - amount;
    throw refusal(q, { projectId, storeId, resource, used: before, asked: amount, most });
  }
}

function mostOf(q: Transaction, { projectId, storeId, resource }: Charge): number | null {
  return q.charges.limits.get(projectId)?.mostOf(storeId, resource) ?? null;
}

function refusal(q: Transaction, over: Over): Error {
  return q.charges.limits.get(over.projectId)?.refuse(over) ?? new Error('a limit without its project');
}

/** Adds, unless it would be too much: then the row is left as it is and not returned. */
function chargeStatement(q: Transaction, count: number) {
  const { project_usage } = q.tables;
  return prepared(q, `charge ${count}`, () =>
    q.db
      .insert(project_usage)
      .values(
        Array.from({ length: count }, (_, i) => ({
          project_id: sql`${sql.placeholder(`project${i}`)}`,
          store_id: sql`${sql.placeholder(`store${i}`)}`,
          resource: sql`${sql.placeholder(`resource${i}`)}`,
          used: sql.placeholder(`amount${i}`),
          most: sql.placeholder(`most${i}`),
        })),
      )
      .onConflictDoUpdate({
        target: [project_usage.project_id, project_usage.store_id, project_usage.resource],
        set: { used: sql`${project_usage.used} + excluded.used`, most: sql`excluded.most` },
        setWhere: sql`excluded.used <= 0 or ${project_usage.used} + excluded.used <= excluded.most`,
      })
      .returning({
        project: project_usage.project_id,
        store: project_usage.store_id,
        resource: project_usage.resource,
        used: project_usage.used,
      }),
  );
}

async function findUsed(q: Queries, projectId: string, storeId: string, resource: Resource): Promise<number> {
  const usage = await listUsage(q, projectId);
  return usage.find((row) => row.store_id === storeId && row.resource === resource)?.used ?? 0;
}

/** What one project uses; what it never used is left out. */
export async function listUsage(q: Queries, projectId: string): Promise<Usage[]> {
  const { project_usage } = q.tables;
  return await q.db
    .select({
      store_id: project_usage.store_id,
      resource: project_usage.resource,
      used: project_usage.used,
    })
    .from(project_usage)
    .where(eq(project_usage.project_id, projectId));
}

/** Projects that use something, or did, in the order of their ids. */
export async function listMeasuredProjects(q: Queries, after: string, limit: number): Promise<string[]> {
  const { project_usage } = q.tables;
  const rows = await q.db
    .selectDistinct({ id: project_usage.project_id })
    .from(project_usage)
    .where(gt(project_usage.project_id, after))
    .orderBy(asc(project_usage.project_id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/**
 * Projects that somebody could set limits for, in the order of their ids: what is known by name, what uses something and
 * what has limits of its own. `names`: of our own projects, or of Keystone's that were here.
 */
export async function listLimitableProjects(
  q: Queries,
  names: 'projects' | 'known_projects',
  after: string,
  limit: number,
): Promise<string[]> {
  const { project_limits } = q.tables;
  const named = q.tables[names];
  const [measured, limited, known] = await Promise.all([
    listMeasuredProjects(q, after, limit),
    q.db
      .selectDistinct({ id: project_limits.project_id })
      .from(project_limits)
      .where(gt(project_limits.project_id, after))
      .orderBy(asc(project_limits.project_id))
      .limit(limit),
    q.db.select({ id: named.id }).from(named).where(gt(named.id, after)).orderBy(asc(named.id)).limit(limit),
  ]);
  const ids = new Set([...measured, ...[...limited, ...known].map(({ id }) => id)]);
  return [...ids].toSorted((a, b) => (a < b ? -1 : 1)).slice(0, limit);
}

export async function isMeasured(q: Queries): Promise<boolean> {
  return (await listMeasuredProjects(q, '', 1)).length > 0;
}

/** Owners of images, in the order of their ids: by hops over the index, however many images each has. */
export async function listOwners(q: Queries, after: string, limit: number): Promise<string[]> {
  const { images } = q.tables;
  const owners: string[] = [];
  for (let last = after; owners.length < limit;) {
    const [next] = await q.db
      .select({ id: images.owner_id })
      .from(images)
      .where(gt(images.owner_id, last))
      .orderBy(asc(images.owner_id))
      .limit(1);
    if (next === undefined) break;
    owners.push(next.id);
    last = next.id;
  }
  return owners;
}

/**
 * Counts what a project uses from its rows and corrects what was kept; returns what differed. Whoever changes something
 * of it meanwhile waits, or has already been counted.
 */
export async function recountUsage(q: Transaction, projectId: string): Promise<Usage[]> {
  const { project_usage } = q.tables;
  await q.db
    .update(project_usage)
    .set({ used: sql`${project_usage.used}` })
    .where(eq(project_usage.project_id, projectId));
  const kept = new Map(
    (await listUsage(q, projectId)).map((row) => [`${row.store_id} ${row.resource}`, row]),
  );
  const differing: Usage[] = [];
  for (const row of await countUsage(q, projectId)) {
    const key = `${row.store_id} ${row.resource}`;
    const known = kept.get(key);
    kept.delete(key);
    if ((known?.used ?? 0) === row.used) continue;
    differing.push(row);
    if (known === undefined) {
      await q.db
        .insert(project_usage)
        .values({ ...row, project_id: projectId, most: Number.MAX_SAFE_INTEGER })
        .onConflictDoNothing();
    } else await writeUsed(q, projectId, row);
  }
  for (const row of kept.values()) {
    if (row.used === 0) continue;
    differing.push({ ...row, used: 0 });
    await writeUsed(q, projectId, { ...row, used: 0 });
  }
  return differing;
}

async function writeUsed(
  q: Transaction,
  projectId: string,
  { store_id, resource, used }: Usage,
): Promise<void> {
  const { project_usage } = q.tables;
  await q.db
    .update(project_usage)
    .set({ used })
    .where(
      and(
        eq(project_usage.project_id, projectId),
        eq(project_usage.store_id, store_id),
        eq(project_usage.resource, resource),
      ),
    );
}

async function countUsage(q: Queries, projectId: string): Promise<Usage[]> {
  const { images, locations } = q.tables;
  const [counted] = await q.db
    .select({
      count: sql`count(*)`.mapWith(Number),
      uploading: sql`sum(case when status in ('saving', 'uploading', 'importing') then 1 else 0 end)`.mapWith(
        Number,
      ),
    })
    .from(images)
    .where(eq(images.owner_id, projectId));
  const stored = await q.db
    .select({
      store_id: locations.store_id,
      staged: locations.staged,
      count: sql`count(*)`.mapWith(Number),
      uploading:
        sql`sum(case when not ${locations.committed} and ${locations.upload_id} is not null then 1 else 0 end)`.mapWith(
          Number,
        ),
      bytes: sql`sum(case when ${locations.committed} or ${locations.bytes} > ${locations.reserved_bytes}
        then ${locations.bytes} else ${locations.reserved_bytes} end)`.mapWith(Number),
    })
    .from(images)
    .innerJoin(locations, eq(locations.image_id, images.id))
    .where(
      and(eq(images.owner_id, projectId), ne(locations.state, 'deleting'), ne(locations.state, 'missing')),
    )
    .groupBy(locations.store_id, locations.staged);
  const usage = new Map<string, Usage>();
  const add = (store_id: string, resource: Resource, used: number) => {
    const key = `${store_id} ${resource}`;
    usage.set(key, { store_id, resource, used: used + (usage.get(key)?.used ?? 0) });
  };
  add(allStores, 'count', counted?.count ?? 0);
  add(allStores, 'uploading', counted?.uploading ?? 0);
  for (const { store_id, staged, count, uploading, bytes } of stored) {
    const resource = staged ? 'stage' : 'size';
    add(allStores, resource, bytes);
    add(store_id, resource, bytes);
    add(store_id, 'count', count);
    add(store_id, 'uploading', uploading);
  }
  return [...usage.values()].filter(({ used }) => used !== 0);
}

export interface LimitOverride {
  store_id: string;
  resource: Resource;
  /** Null: as much as it wants. */
  most: number | null;
}

/** What an administrator has set for one project, beside the defaults. */
export async function listLimitOverrides(q: Queries, projectId: string): Promise<LimitOverride[]> {
  const { project_limits } = q.tables;
  return await q.db
    .select({
      store_id: project_limits.store_id,
      resource: project_limits.resource,
      most: project_limits.most,
    })
    .from(project_limits)
    .where(eq(project_limits.project_id, projectId));
}

/** Replaces all of them. */
export async function writeLimitOverrides(
  q: Transaction,
  projectId: string,
  overrides: readonly LimitOverride[],
): Promise<void> {
  const { project_limits } = q.tables;
  await q.db.delete(project_limits).where(eq(project_limits.project_id, projectId));
  if (overrides.length === 0) return;
  await q.db
    .insert(project_limits)
    .values(overrides.map((override) => ({ project_id: projectId, ...override })));
}
