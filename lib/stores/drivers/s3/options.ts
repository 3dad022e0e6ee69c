import { z } from 'zod';
import { EndpointUrl } from '#lib/contract/endpoint-url.ts';
import type { DriverOptions } from '../../driver-options.ts';
import { glanceLocationOf, keyOfGlanceLocation } from './glance-location.ts';

/** What comes out of `${NAME}` is text, and counts as what it says. */
const fromText = (value: unknown) => {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
};
const boolean = () => z.preprocess(fromText, z.boolean());
const whole = (least: number, most: number) => z.preprocess(fromText, z.int().min(least).max(most));

export const S3Options = z
  .strictObject({
    /** Absent: Amazon's own, of the region. */
    endpoint: EndpointUrl.optional(),
    region: z.string().min(1).default('us-east-1'),
    bucket: z
      .string()
      .regex(
        /^[a-z0-9A-Z][a-zA-Z0-9._-]{2,254}$/,
        'Expected the name of a bucket: three or more letters, digits, dots, dashes',
      ),
    /** Of every object's name, for a bucket that holds other things too. */
    prefix: z
      .string()
      .max(500)
      .regex(/^([^/\s][^\s]*)?$/, 'Expected a prefix that does not begin with a slash and has no blanks')
      .default(''),
    /** Without keys: the environment, the profile or the role of this machine. */
    access_key: z.string().min(1).optional(),
    secret_key: z.string().min(1).optional(),
    session_token: z.string().min(1).optional(),
    /** The bucket in the path instead of the host name; the default with an endpoint of one's own. */
    path_style: boolean().optional(),
    ca_file: z.string().min(1).optional(),
    create_bucket: boolean().default(false),
    storage_class: z.string().min(1).optional(),
    /** AES256 (SSE-S3), aws:kms, or aws:kms:<id of the key>. */
    sse: z
      .string()
      .regex(/^(AES256|aws:kms(:.+)?)$/, 'Expected AES256, aws:kms or aws:kms:<id of the key>')
      .optional(),
    part_size_mib: whole(5, 5120).default(16),
    parallel_parts: whole(1, 64).default(4),
  })
  .refine(({ access_key, secret_key }) => secret_key !== undefined || access_key === undefined, {
    path: ['secret_key'],
    message: 'access_key was given without it',
  })
  .refine(({ access_key, secret_key }) => access_key !== undefined || secret_key === undefined, {
    path: ['access_key'],
    message: 'secret_key was given without it',
  });
export type S3Options = z.infer<typeof S3Options>;

export const s3Options: DriverOptions<S3Options> = {
  schema: S3Options,
  secretKeys: ['access_key', 'secret_key', 'session_token'],
  pathKeys: ['ca_file'],
  examples: {
    endpoint: 'https://s3.example',
    region: 'us-east-1',
    bucket: 'images',
    prefix: 'stowage/',
    access_key: '${S3_ACCESS_KEY}',
    secret_key: '${S3_SECRET_KEY}',
    session_token: '${S3_SESSION_TOKEN}',
    path_style: 'true',
    ca_file: '/etc/ssl/certs/our-ca.pem',
    create_bucket: 'false',
    storage_class: 'STANDARD',
    sse: 'AES256',
    part_size_mib: '16',
    parallel_parts: '4',
  },
  isShared: () => true,
  keyOfGlanceLocation,
  glanceLocationOf,
};
