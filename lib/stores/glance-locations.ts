/** Where objects lie, in the words of Glance: for clients that read or give locations as URLs. */
import type { StoreDefinition } from './definition.ts';
import type { DriverOptions } from './driver-options.ts';
import { driverOptions } from './drivers/index.ts';

type Known = Pick<DriverOptions<never>, 'keyOfGlanceLocation' | 'glanceLocationOf'>;

function optionsOf({ driver }: StoreDefinition): Known | undefined {
  const known: Readonly<Record<string, Known>> = driverOptions;
  return Object.hasOwn(known, driver) ? known[driver] : undefined;
}

/** Null where the driver has no such words. Never holds credentials. */
export function toGlanceLocation(definition: StoreDefinition, key: string): string | null {
  return optionsOf(definition)?.glanceLocationOf?.(key, definition.options as never) ?? null;
}

/** The store that owns what a location names, and its key there; null when none does. */
export function findOwner(
  definitions: readonly StoreDefinition[],
  location: string,
): { storeId: string; key: string } | null {
  for (const definition of definitions) {
    const key = optionsOf(definition)?.keyOfGlanceLocation?.(location, definition.options as never) ?? null;
    if (key !== null) return { storeId: definition.id, key };
  }
  return null;
}
