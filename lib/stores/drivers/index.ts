import type { DriverOptions } from '../driver-options.ts';
import { filesystemOptions } from './filesystem/options.ts';
import { s3Options } from './s3/options.ts';
import { swiftOptions } from './swift/options.ts';

/** Every driver that this release has, by the name that `driver:` in stowage.yaml gives it. */
export const driverOptions = {
  filesystem: filesystemOptions,
  s3: s3Options,
  swift: swiftOptions,
} as const satisfies Record<string, DriverOptions>;

export type DriverName = keyof typeof driverOptions;
