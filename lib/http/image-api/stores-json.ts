import type { Config } from '#lib/config/config.ts';
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
    properties: store.driver === 'filesystem' ? toFileProperties(store.options) : {},
  };
}

function toFileProperties(options: StoreDefinition['options']) {
  return { data_dir: String(options['path'] ?? ''), chunk_size: 1_048_576, thin_provisioning: true };
}
