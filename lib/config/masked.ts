import type { Config } from './config.ts';
import { driverOptionsOf } from './stores.ts';

const mask = '(secret)';

/** The configuration as it may be shown: every secret is replaced by a word. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    adminPassword: config.adminPassword === null ? null : mask,
    secretKey: mask,
    database: config.database.kind === 'postgres' ? { ...config.database, url: mask } : config.database,
    stores: config.stores.map((store) => ({ ...store, options: maskedOptions(store.driver, store.options) })),
  };
}

/** A store's options as an operator may see them. */
export function maskedOptions(
  driver: string,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const secretKeys = driverOptionsOf(driver)?.secretKeys ?? Object.keys(options);
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, secretKeys.includes(key) ? mask : value]),
  );
}
