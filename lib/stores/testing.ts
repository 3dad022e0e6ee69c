import { marker } from './conformance/place.ts';
import { openDirectories } from './drivers/filesystem/testing.ts';
import { FaultStore } from './fault-store.ts';
import { guardStore, type GuardOptions } from './guarded-store.ts';
import type { GuardedStore } from './store.ts';

/** A guarded store with the marker `marker('store')`, and the faults that it meets in its directory. */
export interface Scene {
  store: GuardedStore;
  faults: FaultStore;
  directory: string;
}

export async function onFaultStore(
  options: GuardOptions,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const place = await openDirectories();
  const driver = await place.open();
  try {
    await guardStore(driver).writeMarker(marker('store'));
    const faults = new FaultStore(driver);
    const store = guardStore(faults, { firstBackoffMilliseconds: 1, ...options });
    await run({ store, faults, directory: place.path });
  } finally {
    await place.remove();
  }
}

export const reset = () => Object.assign(new Error('read ECONNRESET 10.0.0.7:443'), { code: 'ECONNRESET' });
