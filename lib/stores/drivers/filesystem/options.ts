import { z } from 'zod';
import type { DriverOptions } from '../../driver-options.ts';

export const FilesystemOptions = z.strictObject({
  /** The directory that holds the images; made at the first start. */
  path: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'A path has no zero byte'),
  /** Every machine reaches this directory (NFS, CephFS, …); required with PostgreSQL. */
  shared: z.boolean().default(false),
});
export type FilesystemOptions = z.infer<typeof FilesystemOptions>;

export const filesystemOptions: DriverOptions<FilesystemOptions> = {
  schema: FilesystemOptions,
  secretKeys: [],
  pathKeys: ['path'],
  examples: { path: '/srv/images/fast', shared: 'false' },
  directory: (options) => options.path,
  glanceLocationOf: (key, { path }) => `file://${path}/${key}`,
  keyOfGlanceLocation(location, { path }) {
    const beginning = `file://${path}/`;
    const key = location.startsWith(beginning) ? location.slice(beginning.length) : '';
    // What begins with a dot is ours: the marker, and what is not finished.
    return key === '' || key.startsWith('.') || key.includes('/') ? null : key;
  },
  isShared: (options) => options.shared,
};
