import { StowageError } from '../../contract/errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** Where the bytes of an upload in parts go, and where they go on to once the image is active. */
export interface Route {
  /** Written while the bytes come. */
  direct: string[];
  later: string[];
  /** One of `direct` that was not asked for: its copy goes when every store of `later` has its own. */
  staging: string | null;
}

/**
 * A store that cannot append (its capabilities say so) takes an image only as a whole: the parts wait in a store that
 * can, one that was asked for as well or else the staging store, which every server reaches as it does any store; then
 * transfers bring them on. Throws `store_unavailable` when there is no place to wait in.
 */
export function planRoute({ stores: registry, config }: Runtime, asked: readonly string[]): Route {
  const appends = (id: string): boolean => registry.writable(id).capabilities.has('append');
  const direct = asked.filter(appends);
  const later = asked.filter((id) => !direct.includes(id));
  if (later.length === 0 || direct.length > 0) return { direct, later, staging: null };
  const staging = config.stagingStore;
  if (staging === '' || !appends(staging)) {
    throw new StowageError(
      'store_unavailable',
      `${later.join(', ')} cannot be written in parts, and there is no staging store that can.`,
      {
        remedy: 'Name one in stowage.yaml (staging_store), or upload into another store and copy from there.',
      },
    );
  }
  return { direct: [staging], later, staging };
}
