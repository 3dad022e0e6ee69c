import type { Store } from './store.ts';

const innerStore = Symbol.for('stowage.inner-store');

/** A store in front of another one: the guard, or a fault store in tests. */
export interface WrappingStore extends Store {
  readonly [innerStore]: Store;
}

export { innerStore };

/** The driver itself behind any wrappers: what a driver needs to see whether it can clone from another store. */
export function innermostStore(store: Store): Store {
  let current = store;
  while (innerStore in current) current = (current as WrappingStore)[innerStore];
  return current;
}
