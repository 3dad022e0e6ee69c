import type { Actor } from '#lib/auth/actor.ts';
import { canOther } from '#lib/auth/policy.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import { sumStores } from '#lib/db/repositories/counters.ts';
import { findProjectByName } from '#lib/db/repositories/identity.ts';
import { sumReserved } from '#lib/db/repositories/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { RegisteredStore } from '#lib/stores/registry.ts';

type ViewContext = Pick<Context, 'runtime' | 'actor'>;

interface Figures {
  imageCount: number;
  operatorBytes: number;
  projectBytes: number;
  reservedBytes: number;
}

/** All of them in a handful of queries. What only an operator may know is left out for others. */
export async function toStoreViews(
  ctx: ViewContext,
  stores: readonly RegisteredStore[],
): Promise<StoreView[]> {
  const figures = await readFigures(ctx);
  return stores.map((store) =>
    toStoreView(
      ctx,
      store,
      figures.get(store.id) ?? { imageCount: 0, operatorBytes: 0, projectBytes: 0, reservedBytes: 0 },
    ),
  );
}

/** The operator's own images are those of the project `admin`. */
async function readFigures({ runtime }: ViewContext): Promise<Map<string, Figures>> {
  const q = runtime.db.read;
  const operator = await findProjectByName(q, 'admin');
  const figures = new Map<string, Figures>();
  const of = (storeId: string): Figures => {
    const known = figures.get(storeId);
    if (known !== undefined) return known;
    const fresh = { imageCount: 0, operatorBytes: 0, projectBytes: 0, reservedBytes: 0 };
    figures.set(storeId, fresh);
    return fresh;
  };
  for (const { store_id, image_count, stored_bytes } of await sumStores(q)) {
    Object.assign(of(store_id), { imageCount: image_count, projectBytes: stored_bytes });
  }
  for (const { store_id, stored_bytes } of await sumStores(q, { ownerId: operator?.id ?? '' })) {
    const store = of(store_id);
    store.operatorBytes = stored_bytes;
    store.projectBytes -= stored_bytes;
  }
  for (const [storeId, bytes] of await sumReserved(q)) of(storeId).reservedBytes = bytes;
  return figures;
}

function toStoreView({ runtime, actor }: ViewContext, store: RegisteredStore, figures: Figures): StoreView {
  const { definition, capacity } = store;
  const { config } = runtime;
  const isOperator = canOther(actor, 'stores_info_detail');
  return {
    id: store.id,
    code: definition.code,
    description: definition.description,
    driver: isOperator ? definition.driver : '',
    weight: definition.weight,
    tier: definition.tier,
    site: definition.site,
    hypervisors: [...definition.hypervisors],
    price_per_gib_month: definition.pricePerGibMonth,
    currency: config.currency,
    default: store.id === config.defaultStore,
    load_line: definition.loadLinePercent,
    quota_bytes: isOperator ? definition.quotaBytes : null,
    state: store.state,
    state_since: store.stateSince.toISOString(),
    error: toErrorText(store, isOperator),
    capacity: {
      total_bytes: capacity?.totalBytes ?? null,
      free_bytes: capacity?.freeBytes ?? null,
      measured_at: capacity?.measuredAt.toISOString() ?? null,
    },
    image_count: figures.imageCount,
    stored_bytes: figures.operatorBytes + figures.projectBytes,
    operator_bytes: figures.operatorBytes,
    project_bytes: figures.projectBytes,
    reserved_bytes: figures.reservedBytes,
    read_latency_ms: isOperator ? store.store.health.readLatencyMilliseconds : null,
    read_rate: store.store.health.readBytesPerSecond,
    capabilities: isOperator ? [...store.store.capabilities] : [],
    actions: actionsOf(actor, store),
  };
}

function toErrorText(store: RegisteredStore, isOperator: boolean): string | null {
  if (store.state !== 'unavailable') return null;
  if (!isOperator) return 'The store is not available at the moment.';
  return [store.error, store.remedy].filter((part) => part !== null).join(' ');
}

function actionsOf(actor: Actor, store: RegisteredStore): StoreView['actions'] {
  const actions: StoreView['actions'] = {};
  if (canOther(actor, 'stores_info_detail')) actions['check'] = true;
  if (canOther(actor, 'see_stray_objects')) {
    actions['strays'] = store.store.capabilities.has('list') ? true : 'This kind of store cannot be listed.';
  }
  return actions;
}
