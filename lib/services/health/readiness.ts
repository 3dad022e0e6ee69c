import { hasUsers } from '#lib/db/repositories/identity.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import type { StoreState } from '#lib/stores/registry.ts';

export interface Readiness {
  ready: boolean;
  /** `stores`: how many are in which state, without their names, because anybody may ask. */
  checks: { stopping: boolean; database: 'ok' | 'failing'; stores: Partial<Record<StoreState, number>> };
}

/**
 * Whether this process should be given requests. One store that is out of service does not keep it from serving the
 * others; all of them do.
 */
export async function readiness({
  db,
  stores,
  log,
  draining,
}: Pick<Runtime, 'db' | 'stores' | 'log' | 'draining'>): Promise<Readiness> {
  const database = await hasUsers(db.read).then(
    () => 'ok' as const,
    (error: unknown) => {
      log.error({ err: error }, 'the database does not answer');
      return 'failing' as const;
    },
  );
  const counts: Readiness['checks']['stores'] = {};
  for (const { state } of stores.list()) counts[state] = (counts[state] ?? 0) + 1;
  const isServing = Object.keys(counts).some((state) => state !== 'unavailable');
  return {
    ready: !draining && database === 'ok' && isServing,
    checks: { stopping: draining, database, stores: counts },
  };
}
