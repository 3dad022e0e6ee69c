import { realpathSync } from 'node:fs';
import path from 'node:path';
import { GiB } from '#lib/contract/limits.ts';
import type { StoreDefinition } from '#lib/stores/definition.ts';
import type { DriverOptions } from '#lib/stores/driver-options.ts';
import { driverOptions } from '#lib/stores/drivers/index.ts';
import { announced, driverWords, hasDriver } from './announced.ts';
import type { DatabaseConfig } from './config.ts';
import type { ConfigDocument } from './document.ts';
import { systemCode } from './problems.ts';
import type { StoreEntry } from './schema.ts';
import { isMapping, withSecretFiles } from './secret-files.ts';
import { makeStoreCodes } from './store-codes.ts';
import { validate } from './validate.ts';

/** Tells what is wrong with the n-th store; `key` is below its entry. */
export type ReportStore = (index: number, key: readonly string[], message: string, remedy: string) => void;

/** The driver's part of an entry, of any type: the schema made the options, so they are what it declares. */
export function driverOptionsOf(driver: string): DriverOptions | undefined {
  return hasDriver(driver) ? driverOptions[driver] : undefined;
}

/** The options of every entry of the file by its index, checked by their drivers; absent where they are wrong. */
export function readStoreOptions(
  entries: unknown,
  document: ConfigDocument,
): Map<number, Record<string, unknown>> {
  const checked = new Map<number, Record<string, unknown>>();
  if (!Array.isArray(entries)) return checked;
  for (const [index, entry] of entries.entries()) {
    const driver: unknown = isMapping(entry) ? entry['driver'] : undefined;
    if (!isMapping(entry) || typeof driver !== 'string') continue;
    const known = driverOptionsOf(driver);
    if (!known) {
      if ((driverWords as readonly string[]).includes(driver)) {
        const { message, remedy } = announced.driver(driver);
        document.report(['stores', index, 'driver'], message, remedy);
      }
      continue;
    }
    const part = ['stores', index, 'options'];
    const given = withSecretFiles(entry['options'] ?? {}, known.secretKeys, document, part);
    const options = validate(known.schema, given, document, part, known);
    if (!isMapping(options)) continue;
    const absolute = { ...options };
    for (const key of known.pathKeys) {
      const value = absolute[key];
      if (typeof value === 'string') absolute[key] = path.resolve(document.directory, value);
    }
    checked.set(index, absolute);
  }
  return checked;
}

export function toStoreConfigs(
  entries: readonly StoreEntry[],
  options: ReadonlyMap<number, Record<string, unknown>>,
): StoreDefinition[] {
  const chosen = new Set(entries.flatMap((entry) => entry.code ?? []));
  const codes = makeStoreCodes(
    entries.filter((entry) => entry.code === undefined).map((entry) => entry.id),
    chosen,
  );
  return entries.map((entry, index) => ({
    id: entry.id,
    driver: entry.driver,
    options: options.get(index) ?? {},
    description: entry.description,
    weight: entry.weight,
    tier: entry.tier ?? null,
    site: entry.site ?? null,
    hypervisors: entry.hypervisors,
    pricePerGibMonth: entry.price_per_gib_month ?? null,
    quotaBytes: entry.quota_gib === undefined ? null : Math.floor(entry.quota_gib * GiB),
    code: entry.code ?? codes.get(entry.id) ?? '',
    loadLinePercent: entry.load_line,
    mode: entry.mode,
  }));
}

/** What the stores have to be together: unique, apart from each other, reachable by every machine. */
export function checkStores(
  stores: readonly StoreDefinition[],
  dataDirectory: string,
  database: DatabaseConfig['kind'],
  report: ReportStore,
): void {
  const directories: { id: string; directory: string }[] = [];
  for (const [index, store] of stores.entries()) {
    const earlier = stores.slice(0, index);
    if (earlier.some((other) => other.id === store.id)) {
      report(index, ['id'], `Another store has the id "${store.id}" already.`, 'Give each store its own id.');
    } else if (earlier.some((other) => other.code === store.code)) {
      report(
        index,
        ['code'],
        `Another store has the code "${store.code}" already.`,
        'Give each store its own code.',
      );
    }
    const driver = driverOptionsOf(store.driver);
    if (database === 'postgres' && driver && !driver.isShared(store.options)) {
      report(
        index,
        ['options', 'shared'],
        'With PostgreSQL several machines may serve, and this store is reached by one only.',
        'Mount its directory on every machine and write shared: true in its options, or use a store that all of them reach.',
      );
    }
    const directory = driver?.directory?.(store.options);
    if (directory === undefined) continue;
    const real = realDirectory(directory);
    const overlapping = directories.find(
      (other) => isWithin(real, other.directory) || isWithin(other.directory, real),
    );
    if (overlapping) {
      report(
        index,
        ['options', 'path'],
        `This directory and that of the store "${overlapping.id}" are the same, or one lies in the other.`,
        'Give each store a directory of its own, beside the others.',
      );
    } else if (isWithin(realDirectory(dataDirectory), real)) {
      report(
        index,
        ['options', 'path'],
        'The data directory, with the database, lies in this directory.',
        'Give the store a directory of its own, for example one below the data directory.',
      );
    }
    directories.push({ id: store.id, directory: real });
  }
}

function isWithin(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative));
}

/** With symbolic links followed as far as the path exists. */
function realDirectory(directory: string): string {
  try {
    return realpathSync(directory);
  } catch (error) {
    const parent = path.dirname(directory);
    if (systemCode(error) !== 'ENOENT' || parent === directory) return directory;
    return path.join(realDirectory(parent), path.basename(directory));
  }
}
