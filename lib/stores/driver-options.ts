import type { z } from 'zod';

/**
 * What a driver tells the configuration about its `options` in stowage.yaml. It lies apart from the driver, so that
 * reading the configuration loads no SDK.
 */
export interface DriverOptions<Options = unknown> {
  /** A strict object: an unknown key is an error with the nearest known one as a hint. */
  readonly schema: z.ZodType<Options>;
  /** Keys that never appear in a message and may also be given as `<key>_file`. */
  readonly secretKeys: readonly string[];
  /** Keys that hold a path; a relative one counts from the directory of the configuration file. */
  readonly pathKeys: readonly string[];
  /** How each key is written, for the remedy in a message: `{ path: '/srv/images/fast' }`. */
  readonly examples: Readonly<Record<string, string>>;
  /** The directory of this machine that the store fills, if it does: no two stores may have it in common. */
  directory?(options: Options): string;
  /**
   * The key of the object that a location as Glance writes it (`s3://…`, `swift+config://…`) names in this store; null
   * when it lies elsewhere. Credentials in it are neither looked at nor kept.
   */
  keyOfGlanceLocation?(location: string, options: Options): string | null;
  /**
   * The same the other way: how Glance would write where an object lies, without credentials. Absent where it knows no
   * such store.
   */
  glanceLocationOf?(key: string, options: Options): string;
  /** Whether every machine of a service with several reaches the same bytes. */
  isShared(options: Options): boolean;
}
