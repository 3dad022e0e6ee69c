/** What Prometheus reads: figures of the whole, never of a project, a person or an image. */
import { sumStores } from '#lib/db/repositories/counters.ts';
import { countOpenByState, sumReserved } from '#lib/db/repositories/transfers.ts';
import { openTransferStates } from '#lib/domain/transfer-state.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

type Sample = [labels: Record<string, string>, value: number | null];

export async function toExposition(runtime: Runtime): Promise<string> {
  const q = runtime.db.read;
  const stores = runtime.stores.list();
  const sums = new Map((await sumStores(q)).map((sum) => [sum.store_id, sum]));
  const reserved = await sumReserved(q);
  const open = new Map((await countOpenByState(q)).map(({ state, count }) => [state, count]));
  const memory = process.memoryUsage();
  const of = (storeId: string, figure: 'image_count' | 'stored_bytes') => sums.get(storeId)?.[figure] ?? 0;
  return [
    metric(
      'stowage_store_up',
      'Whether the store can be used.',
      stores.map(({ id, state }) => [{ store: id }, state === 'unavailable' ? 0 : 1]),
    ),
    metric(
      'stowage_store_images',
      'Copies that lie in the store.',
      stores.map(({ id }) => [{ store: id }, of(id, 'image_count')]),
    ),
    metric(
      'stowage_store_image_bytes',
      'Bytes of these copies.',
      stores.map(({ id }) => [{ store: id }, of(id, 'stored_bytes')]),
    ),
    metric(
      'stowage_store_reserved_bytes',
      'Bytes that running uploads and copies will add.',
      stores.map(({ id }) => [{ store: id }, reserved.get(id) ?? 0]),
    ),
    metric(
      'stowage_store_free_bytes',
      'Free space as last measured.',
      stores.map(({ id, capacity }) => [{ store: id }, capacity?.freeBytes ?? null]),
    ),
    metric(
      'stowage_store_total_bytes',
      'Space as last measured.',
      stores.map(({ id, capacity }) => [{ store: id }, capacity?.totalBytes ?? null]),
    ),
    metric(
      'stowage_store_failed_calls',
      'Calls of the store that failed since the start.',
      stores.map(({ id, store }) => [{ store: id }, store.health.failedCalls]),
      'counter',
    ),
    metric(
      'stowage_transfers_open',
      'Transfers that have not ended.',
      openTransferStates.map((state) => [{ state }, open.get(state) ?? 0]),
    ),
    metric('process_resident_memory_bytes', 'Memory of the server process.', [[{}, memory.rss]]),
    metric(
      'process_cpu_seconds',
      'Processor time since the start.',
      [[{}, (process.cpuUsage().user + process.cpuUsage().system) / 1e6]],
      'counter',
    ),
  ].join('');
}

/** A figure that is not known is left out, which is what Prometheus takes for not known. */
function metric(name: string, help: string, samples: Sample[], type: 'gauge' | 'counter' = 'gauge'): string {
  const full = type === 'counter' ? `${name}_total` : name;
  const lines = samples.flatMap(([labels, value]) => {
    if (value === null) return [];
    // Store ids and states hold nothing that would have to be escaped.
    const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
    return [`${full}${text.length === 0 ? '' : `{${text.join(',')}}`} ${value}`];
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('\n')}\n`;
}
