import { hasUsers } from '#lib/db/repositories/identity.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

export interface Readiness {
  ready: boolean;
  checks: { stopping: boolean; database: 'ok' | 'failing'; stores: Record<string, string> };
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
  const states = stores.list().map(({ id, state }) => [id, state] as const);
  return {
    ready: !draining && database === 'ok' && states.some(([, state]) => state !== 'unavailable'),
    checks: { stopping: draining, database, stores: Object.fromEntries(states) },
  };
}
