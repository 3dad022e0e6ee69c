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
  readonly identity: IdentityConfig;
  /** What the operator changed of the rules who may do what, by rule; see lib/auth/policy-rules.ts. */
  readonly policy: Readonly<Record<string, string>>;
  readonly limits: {
    readonly imageSizeBytes: number;
    /** What each project may use in all stores together, and in each store; what is left out has no limit. */
    readonly project: ResourceLimits;
    readonly stores: Readonly<Record<string, ResourceLimits>>;
  };
  /** Addresses and networks (CIDR) of proxies, which are believed when they say for whom they ask. */
  readonly trustedProxies: readonly string[];
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

export type IdentityConfig =
  { readonly mode: 'standalone' } | { readonly mode: 'keystone'; readonly keystone: KeystoneConfig };

/** Where Keystone is, and who Stowage itself is there. */
export interface KeystoneConfig {
  /** Ends in `/v3`. */
  readonly authUrl: string;
  /** What callers without a token are told, and people in commands: how they reach Keystone. Without `/v3`. */
  readonly publicUrl: string;
  readonly credentials:
    | {
        readonly kind: 'password';
        readonly username: string;
        readonly password: string;
        readonly userDomain: string;
        readonly project: string;
        readonly projectDomain: string;
      }
    | { readonly kind: 'application_credential'; readonly id: string; readonly secret: string };
  readonly region: string | null;
  /** Certificates (PEM) that Keystone's may come from beside those that are trusted anyway; null: no others. */
  readonly ca: string | null;
  /** A service token needs one of them to count. */
  readonly serviceTokenRoles: readonly string[];
  /** How long what Keystone said of a token is believed, at most. */
  readonly cacheSeconds: number;
}

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'postgres';
      /** May hold a password. */
      readonly url: string;
      /** Connections of one process at most. */
      readonly poolSize: number;
    };
