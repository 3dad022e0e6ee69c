import type { Resource } from '#lib/db/charges.ts';
import type { StoreDefinition } from '#lib/stores/definition.ts';

/**
 * What Stowage was told: the environment and stowage.yaml, checked, with every default filled in, frozen. Sizes are
 * bytes, directories absolute. Secrets are in it: print it only through `maskedConfig`.
 */
export interface Config {
  /** The file that was read, or null when there was none. */
  readonly file: string | null;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Without a slash at its end; null: links are made from the request. */
  readonly publicUrl: string | null;
  readonly logLevel: LogLevel;
  readonly dataDirectory: string;
  readonly database: DatabaseConfig;
  /** The first administrator's, used only while there is none. */
  readonly adminPassword: string | null;
  /** At least 32 characters; keys are derived from it. */
  readonly secretKey: string;
  readonly currency: string;
  /** By weight, the greatest first: the order in which locations are read and shown. */
  readonly stores: readonly StoreDefinition[];
  readonly defaultStore: string;
  readonly stagingStore: string;
  readonly identity: { readonly mode: 'standalone' };
  /** What the operator changed of the rules who may do what, by rule; see lib/auth/policy-rules.ts. */
  readonly policy: Readonly<Record<string, string>>;
  readonly limits: {
    readonly imageSizeBytes: number;
    /** What each project may use in all stores together, and in each store; what is left out has no limit. */
    readonly project: ResourceLimits;
    readonly stores: Readonly<Record<string, ResourceLimits>>;
  };
  /** Whether web processes run transfers and reconcile too; false: `npm run worker` alone does. */
  readonly transfers: { readonly inWebProcesses: boolean };
  readonly checksumMd5: 'inline' | 'deferred' | 'off';
  /** For `npm run bench` alone: uploads make no MD5 and SHA-512, and so cannot become active. */
  readonly benchmarkWithoutHashes: boolean;
  readonly fetch: {
    readonly allowHosts: readonly string[];
    readonly denyHosts: readonly string[];
    /** CIDR. */
    readonly allowNetworks: readonly string[];
    readonly ports: readonly number[];
  };
  readonly show: { readonly locations: boolean; readonly directUrl: boolean };
}

/** Sizes in bytes. */
export type ResourceLimits = Readonly<Partial<Record<Resource, number>>>;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'postgres';
      /** May hold a password. */
      readonly url: string;
      /** Connections of one process at most. */
      readonly poolSize: number;
    };
