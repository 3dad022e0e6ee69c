import type { Config } from '#lib/config/config.ts';
import { MiB } from '#lib/contract/limits.ts';
import type { StoreDefinition } from '#lib/stores/definition.ts';

/** As `GET /v2/info/stores` lists a store: the flags are strings. */
export function toStoreJson(
  { id, description, mode }: StoreDefinition,
  { defaultStore }: Pick<Config, 'defaultStore'>,
) {
  return {
    id,
    ...(description !== '' && { description }),
    ...(id === defaultStore && { default: 'true' }),
    ...(mode === 'read-only' && { 'read-only': 'true' }),
  };
}

/** The same for operators, as `GET /v2/info/stores/detail` lists it. */
export function toStoreDetailJson(store: StoreDefinition, config: Pick<Config, 'defaultStore'>) {
  return {
    ...toStoreJson(store, config),
    // Glance's word for a directory.
    type: store.driver === 'filesystem' ? 'file' : store.driver,
    weight: store.weight,
    properties: toProperties(store),
  };
}

/** What Glance shows of a store of this kind; never more of its options, which may hold secrets. */
function toProperties({ driver, options }: StoreDefinition): Record<string, unknown> {
  switch (driver) {
    case 'filesystem':
      return { data_dir: String(options['path'] ?? ''), chunk_size: MiB, thin_provisioning: true };
    case 's3': {
      const partMib = Number(options['part_size_mib']);
      return {
        s3_store_large_object_size: partMib,
        s3_store_large_object_chunk_size: partMib,
        s3_store_thread_pools: Number(options['parallel_parts']),
      };
    }
    case 'swift': {
      const segmentMib = options['segment_size_mib'];
      const sizes = typeof segmentMib === 'number' ? segmentMib : null;
      return {
        container: String(options['container']),
        large_object_size: sizes,
        large_object_chunk_size: sizes,
      };
    }
    default:
      return {};
  }
}
