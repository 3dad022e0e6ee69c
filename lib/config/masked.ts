import type { Config, IdentityConfig } from './config.ts';
import { driverOptionsOf } from './stores.ts';

const mask = '(secret)';

/** The configuration as it may be shown: every secret is replaced by a word. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    adminPassword: config.adminPassword === null ? null : mask,
    secretKey: mask,
    database: config.database.kind === 'postgres' ? { ...config.database, url: mask } : config.database,
    identity: maskedIdentity(config.identity),
    stores: config.stores.map((store) => ({ ...store, options: maskedOptions(store.driver, store.options) })),
  };
}

function maskedIdentity(identity: IdentityConfig): Record<string, unknown> {
  if (identity.mode === 'standalone') return identity;
  const { credentials } = identity.keystone;
  const masked =
    credentials.kind === 'password' ? { ...credentials, password: mask } : { ...credentials, secret: mask };
  return { ...identity, keystone: { ...identity.keystone, credentials: masked } };
}

/** A store's options as an operator may see them. */
function maskedOptions(driver: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const secretKeys = driverOptionsOf(driver)?.secretKeys ?? Object.keys(options);
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, secretKeys.includes(key) ? mask : value]),
  );
}
