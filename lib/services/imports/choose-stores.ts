import { StowageError } from '#lib/contract/errors.ts';
import type { Context } from '#lib/runtime/context.ts';

/** `all`: every store that takes images. */
export type WantedStores = readonly string[] | 'all';

/**
 * The stores of an import, each once. Refused at once and not by the task: `conflict` for one that does not exist, takes
 * nothing, or cannot be written now (with `all` those are left out).
 */
export function chooseImportStores({ runtime }: Context, wanted: WantedStores): string[] {
  const { stores } = runtime.config;
  if (wanted === 'all') return stores.filter(({ mode }) => mode === 'read-write').map(({ id }) => id);
  const chosen = [...new Set(wanted)];
  for (const store of chosen) {
    const configured = stores.find(({ id }) => id === store);
    if (configured === undefined) {
      throw new StowageError('conflict', `The selected store ${store} is not available on this node.`, {
        field: 'stores',
        glance: `Store for identifier ${store} not found`,
        remedy: `Choose one of: ${stores.map(({ id }) => id).join(', ')}.`,
      });
    }
    if (configured.mode === 'read-only') {
      throw new StowageError('conflict', `The store ${store} is read-only.`, {
        field: 'stores',
        remedy: 'Choose another store.',
      });
    }
  }
  return chosen;
}
