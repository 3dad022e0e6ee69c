import { existsSync } from 'node:fs';
import path from 'node:path';
import type { StoreDefinition } from '#lib/stores/definition.ts';
import type { Config } from './config.ts';
import { readDocument, type ConfigDocument } from './document.ts';
import { readEnvironment, type Environment, type EnvironmentValues } from './environment.ts';
import { readIdentity } from './identity.ts';
import { nearest } from './nearest.ts';
import { ConfigError, systemCode, type ConfigProblem } from './problems.ts';
import { ConfigFile, examples, keystoneSecretKeys, StoreEntry } from './schema.ts';
import { isMapping, withSecretFiles } from './secret-files.ts';
import { checkLimits, toLimits } from './limits.ts';
import { checkPolicy } from './policy.ts';
import { findSecretKey, makeSecretKeyIn } from './secret-key.ts';
import { checkStores, readStoreOptions, toStoreConfigs, type ReportStore } from './stores.ts';
import { validate } from './validate.ts';

/**
 * Reads the environment and stowage.yaml. `cwd` is what relative paths of the environment count from. Throws a
 * {@link ConfigError} that holds everything that is wrong; then nothing was written. Otherwise the data directory has
 * a secret key afterwards, unless the environment gives one; with `makeSecretKey: false` nothing is written, and a
 * missing key is an empty text.
 */
export function loadConfig(
  env: Environment,
  cwd: string,
  { makeSecretKey = true }: { makeSecretKey?: boolean } = {},
): Config {
  const problems: ConfigProblem[] = [];
  const environment = readEnvironment(env, cwd, problems);
  const file = environment.file ?? implicitFile(cwd);
  const document = file === null ? null : readDocument(file, env, problems);
  const values = file !== null && document === null ? undefined : readValues(document, problems);
  if (values) checkTransfers(values.file, document, environment);
  const stores = values && readStores(values, document, environment, problems);
  const identity = values && readIdentity(values.file.identity, document);
  if (!values || !stores || !identity || problems.length > 0) throw new ConfigError(problems);

  return deepFreeze({
    file,
    host: environment.host,
    port: environment.port,
    publicUrl: environment.publicUrl,
    logLevel: environment.logLevel,
    dataDirectory: environment.dataDirectory,
    database:
      environment.database.kind === 'postgres'
        ? { ...environment.database, poolSize: values.file.database.pool_size }
        : environment.database,
    adminPassword: environment.adminPassword,
    secretKey: environment.secretKey ?? secretKeyOf(environment.dataDirectory, makeSecretKey),
    currency: values.file.currency,
    ...stores,
    identity,
    policy: values.file.policy,
    limits: toLimits(values.file.limits),
    trustedProxies: values.file.trusted_proxies,
    transfers: { inWebProcesses: values.file.transfers.in_web_processes },
    checksumMd5: values.file.checksum_md5,
    benchmarkWithoutHashes: environment.benchmarkWithoutHashes,
    fetch: {
      allowHosts: values.file.fetch.allow_hosts,
      denyHosts: values.file.fetch.deny_hosts,
      allowNetworks: values.file.fetch.allow_networks,
      ports: values.file.fetch.ports,
    },
    show: { locations: values.file.show.locations, directUrl: values.file.show.direct_url },
  });
}

function implicitFile(cwd: string): string | null {
  const file = path.join(cwd, 'stowage.yaml');
  return existsSync(file) ? file : null;
}

interface FileValues {
  readonly file: ConfigFile;
  readonly options: ReadonlyMap<number, Record<string, unknown>>;
}

function readValues(
  document: ConfigDocument | null,
  problems: readonly ConfigProblem[],
): FileValues | undefined {
  if (document === null) return { file: ConfigFile.parse({}), options: new Map() };
  const before = problems.length;
  const info = { examples, secretKeys: keystoneSecretKeys };
  const given = withKeystoneSecrets(document);
  const file = validate(ConfigFile, given, document, [], info);
  if (file && document) checkPolicy(file.policy, document);
  const options = readStoreOptions(isMapping(given) ? given['stores'] : undefined, document);
  return file && problems.length === before ? { file, options } : undefined;
}

function withKeystoneSecrets(document: ConfigDocument): unknown {
  const { values } = document;
  if (!isMapping(values) || !isMapping(values['identity'])) return values;
  const part = ['identity', 'keystone'];
  const keystone = withSecretFiles(values['identity']['keystone'], keystoneSecretKeys, document, part);
  return { ...values, identity: { ...values['identity'], keystone } };
}

/** With SQLite there is one process, and it has to do everything. */
function checkTransfers(
  file: ConfigFile,
  document: ConfigDocument | null,
  { database }: EnvironmentValues,
): void {
  if (file.transfers.in_web_processes || database.kind === 'postgres') return;
  document?.report(
    ['transfers', 'in_web_processes'],
    'Without PostgreSQL there is one process, and nobody else would run the transfers.',
    'Remove it, or set STOWAGE_DATABASE_URL=postgres://… and start `npm run worker`.',
  );
}

type Stores = Pick<Config, 'stores' | 'defaultStore' | 'stagingStore'>;

function readStores(
  { file, options }: FileValues,
  document: ConfigDocument | null,
  { dataDirectory, database }: EnvironmentValues,
  problems: ConfigProblem[],
): Stores {
  const stores = file.stores ? toStoreConfigs(file.stores, options) : defaultStores(dataDirectory);
  const report: ReportStore = (index, key, message, remedy) => {
    if (document && file.stores) document.report(['stores', index, ...key], message, remedy);
    else
      problems.push({
        source: 'the stores that are made without a file',
        key: key.join('.'),
        message,
        remedy: `Write a stowage.yaml that names the stores. ${remedy}`,
      });
  };
  checkStores(stores, dataDirectory, database.kind, report);
  checkLimits(
    file.limits,
    stores.map(({ id }) => id),
    document,
  );
  const byWeight = stores.toSorted((one, other) => other.weight - one.weight);
  const writable = byWeight.find((store) => store.mode === 'read-write');
  const defaultStore = chosenStore('default_store', file.default_store ?? writable?.id);
  return {
    stores: byWeight,
    defaultStore,
    stagingStore: chosenStore('staging_store', file.staging_store ?? defaultStore),
  };

  function chosenStore(key: 'default_store' | 'staging_store', id: string | undefined): string {
    const store = stores.find((candidate) => candidate.id === id);
    if (store?.mode === 'read-write') return store.id;
    // What follows from default_store was told there.
    if (key === 'staging_store' && file.staging_store === undefined) return '';
    const ids = stores.map((candidate) => candidate.id);
    const hint = id === undefined || store ? undefined : nearest(id, ids);
    document?.report(
      [key],
      id === undefined
        ? 'Every store is read-only, so nothing could be uploaded.'
        : store
          ? `The store "${id}" is read-only.`
          : `There is no store "${id}".`,
      hint
        ? `Did you mean ${hint}?`
        : `Name a store with mode: read-write; the stores are ${ids.join(', ')}.`,
    );
    return '';
  }
}

function defaultStores(dataDirectory: string): StoreDefinition[] {
  const make = (id: string, weight: number) => ({
    ...StoreEntry.parse({ id, driver: 'filesystem', weight, tier: id }),
    options: { path: path.join(dataDirectory, 'stores', id), shared: false },
  });
  const entries = [make('fast', 100), make('archive', 50)];
  return toStoreConfigs(entries, new Map(entries.map((entry, index) => [index, entry.options])));
}

function secretKeyOf(dataDirectory: string, make: boolean): string {
  const key = 'STOWAGE_DATA_DIR';
  let secret: string;
  try {
    const kept = findSecretKey(dataDirectory);
    if (kept === null && !make) return '';
    secret = kept ?? makeSecretKeyIn(dataDirectory);
  } catch (error) {
    throw new ConfigError([
      {
        source: 'environment',
        key,
        message: `The secret key in ${dataDirectory} can neither be read nor made: ${systemCode(error)}.`,
        remedy: `Name a directory that this user may write in ${key}, or give the key in STOWAGE_SECRET_KEY.`,
      },
    ]);
  }
  if (secret.length >= 32) return secret;
  throw new ConfigError([
    {
      source: 'environment',
      key,
      message: `The file secret.key in ${dataDirectory} is damaged: it has fewer than 32 characters.`,
      remedy: 'Bring it back from a backup. Without it the secrets that it sealed cannot be read.',
    },
  ]);
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null) deepFreeze(child as object);
  }
  return Object.freeze(value);
}
