import { z } from 'zod';
import { EndpointUrl } from '#lib/contract/endpoint-url.ts';
import type { DriverOptions } from '../../driver-options.ts';
import { glanceLocationOf, keyOfGlanceLocation } from './glance-location.ts';

/** A number or a boolean that came out of `${NAME}` in stowage.yaml is text; the text counts as what it says. */
const fromText = (value: unknown) => {
  if (typeof value !== 'string') return value;
  if (/^\d+$/.test(value)) return Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  return value;
};
const word = () => z.string().min(1);
const container = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^/]+$/, 'Expected a name without a slash');

export const SwiftOptions = z
  .strictObject({
    /** `https://swift.example/auth/v1.0` (TempAuth, radosgw) or `https://keystone.example/v3`. */
    auth_url: EndpointUrl,
    /** 1 or 3; absent: as the path of auth_url says. */
    auth_version: z.preprocess(fromText, z.union([z.literal(1), z.literal(3)])).optional(),
    /** With version 1 the account and the user: `images:uploader`. */
    username: word().optional(),
    password: word().optional(),
    application_credential_id: word().optional(),
    application_credential_secret: word().optional(),
    user_domain: word().default('Default'),
    project: word().optional(),
    project_domain: word().default('Default'),
    region: word().optional(),
    interface: z.enum(['public', 'internal', 'admin']).default('public'),
    container: container(),
    /** `<container>_segments` unless named. */
    segments_container: container().optional(),
    /** Bytes of one segment that are held in memory until Swift has them. */
    segment_size_mib: z.preprocess(fromText, z.int().min(1).max(1024)).optional(),
    /** Requests at once for one image. */
    parallel_segments: z.preprocess(fromText, z.int().min(1).max(32)).default(4),
    /** Certificates (PEM) that are trusted besides those of the system. */
    ca_file: word().optional(),
    /** Makes both containers when the store is first taken into use. */
    create_container: z.preprocess(fromText, z.boolean()).default(false),
  })
  .superRefine((options, context) => {
    const missing = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (options.segments_container === options.container) {
      missing('segments_container', 'Expected another container than that of the images');
    }
    const isCredential = options.application_credential_id !== undefined;
    if (isCredential && options.application_credential_secret === undefined) {
      missing('application_credential_secret', 'Expected the secret of the application credential');
    }
    if (isCredential) return;
    if (options.username === undefined) {
      missing('username', 'Expected a user name, or application_credential_id and its secret');
    } else if (options.password === undefined) {
      missing('password', 'Expected the password of the user');
    }
    if (authVersionOf(options) === 3 && options.project === undefined) {
      missing('project', 'Expected the project that the container belongs to');
    }
  });
export type SwiftOptions = z.infer<typeof SwiftOptions>;

export function authVersionOf(options: {
  auth_url: string;
  auth_version?: 1 | 3 | undefined;
  application_credential_id?: string | undefined;
}): 1 | 3 {
  if (options.auth_version !== undefined) return options.auth_version;
  if (options.application_credential_id !== undefined) return 3;
  return /\/auth(\/v1(\.0)?)?\/?$|\/v1(\.0)?\/?$/.test(options.auth_url) ? 1 : 3;
}

export function segmentsContainerOf(options: Pick<SwiftOptions, 'container' | 'segments_container'>): string {
  return options.segments_container ?? `${options.container}_segments`;
}

export const swiftOptions: DriverOptions<SwiftOptions> = {
  schema: SwiftOptions,
  secretKeys: ['password', 'application_credential_secret'],
  pathKeys: ['ca_file'],
  examples: {
    auth_url: 'https://keystone.example/v3',
    auth_version: '3',
    username: 'stowage',
    password: '${SWIFT_PASSWORD}',
    application_credential_id: '21dced0fd20347869b93710d2b98aae0',
    application_credential_secret: '${SWIFT_SECRET}',
    user_domain: 'Default',
    project: 'images',
    project_domain: 'Default',
    region: 'RegionOne',
    interface: 'internal',
    container: 'images',
    segments_container: 'images_segments',
    segment_size_mib: '16',
    parallel_segments: '4',
    ca_file: '/etc/ssl/private-ca.pem',
    create_container: 'true',
  },
  keyOfGlanceLocation,
  glanceLocationOf,
  isShared: () => true,
};
