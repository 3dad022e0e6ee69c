import { isIP } from 'node:net';
import { z } from 'zod';
import { StoreId } from '#lib/contract/common.ts';
import { EndpointUrl } from '#lib/contract/endpoint-url.ts';
import { GiB } from '#lib/contract/limits.ts';
import { driverWords } from './announced.ts';

/** A number or a boolean that came out of `${NAME}` is text; the text counts as what it says. */
const fromText = (value: unknown) => {
  if (typeof value !== 'string') return value;
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  return value;
};
const boolean = () => z.preprocess(fromText, z.boolean());
const whole = (least: number, most: number) => z.preprocess(fromText, z.int().min(least).max(most));
const number = (least: number, most: number) => z.preprocess(fromText, z.number().min(least).max(most));
const word = () => z.string().trim().min(1).max(64);
const largestGib = Math.floor(Number.MAX_SAFE_INTEGER / GiB);

const Network = z.string().refine((text) => {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix ?? '') && Number(prefix) <= bits;
}, 'Expected a network such as 10.0.0.0/8 or fd00::/8');

const Proxy = z.string().refine((text) => {
  return isIP(text) !== 0 || Network.safeParse(text).success;
}, 'Expected an address or a network such as 10.0.0.5 or 10.0.0.0/24');

const Host = z
  .string()
  .regex(
    /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i,
    'Expected a host name such as mirror.example or *.example',
  );

export const StoreEntry = z.strictObject({
  id: StoreId,
  driver: z.enum(driverWords),
  description: z.string().max(500).default(''),
  weight: whole(-1_000_000, 1_000_000).default(0),
  tier: word().optional(),
  site: word().optional(),
  hypervisors: z.array(word()).default([]),
  price_per_gib_month: number(0, 1_000_000).optional(),
  quota_gib: number(0, largestGib).optional(),
  code: z
    .string()
    .regex(/^[A-Za-z0-9]{3}$/, 'Expected three letters or digits')
    .toUpperCase()
    .optional(),
  load_line: number(1, 100).default(85),
  mode: z.enum(['read-write', 'read-only']).default('read-write'),
  options: z.record(z.string(), z.unknown()).default({}),
});
export type StoreEntry = z.infer<typeof StoreEntry>;

const Keystone = z.strictObject({
  auth_url: EndpointUrl,
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  application_credential_id: z.string().min(1).optional(),
  application_credential_secret: z.string().min(1).optional(),
  user_domain: z.string().min(1).default('Default'),
  project: z.string().min(1).optional(),
  project_domain: z.string().min(1).default('Default'),
  region: z.string().min(1).optional(),
  www_authenticate_uri: EndpointUrl.optional(),
  ca_file: z.string().min(1).optional(),
  service_token_roles: z.array(z.string().min(1)).min(1).default(['service']),
  cache_seconds: whole(0, 60).default(60),
});
export type KeystoneSection = z.infer<typeof Keystone>;
export const keystoneSecretKeys = ['password', 'application_credential_secret'] as const;

/** Of each project. */
const projectLimits = {
  image_size_total_gib: number(0, largestGib).optional(),
  image_stage_total_gib: number(0, largestGib).optional(),
  image_count_total: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  image_count_uploading: whole(0, Number.MAX_SAFE_INTEGER).optional(),
};

export const ConfigFile = z.strictObject({
  database: z.strictObject({ pool_size: whole(2, 1000).default(10) }).prefault({}),
  default_store: z.string().optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Expected a currency code of three capital letters')
    .default('EUR'),
  stores: z.array(StoreEntry).min(1).optional(),
  identity: z
    .strictObject({
      mode: z.enum(['standalone', 'keystone']).default('standalone'),
      keystone: Keystone.optional(),
    })
    .prefault({}),
  staging_store: z.string().optional(),
  policy: z.record(z.string(), z.string().max(2000)).default({}),
  limits: z
    .strictObject({
      image_size_gib: number(0.001, largestGib).default(1024),
      ...projectLimits,
      stores: z.record(z.string(), z.strictObject(projectLimits)).default({}),
    })
    .prefault({}),
  trusted_proxies: z.array(Proxy).default([]),
  transfers: z.strictObject({ in_web_processes: boolean().default(true) }).prefault({}),
  checksum_md5: z.enum(['inline', 'deferred', 'off']).default('inline'),
  fetch: z
    .strictObject({
      allow_hosts: z.array(Host).default([]),
      deny_hosts: z.array(Host).default([]),
      allow_networks: z.array(Network).default([]),
      ports: z.array(whole(1, 65_535)).default([80, 443]),
    })
    .prefault({}),
  show: z
    .strictObject({ locations: boolean().default(false), direct_url: boolean().default(false) })
    .prefault({}),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

/** How each key is written, for the remedy in a message. Keys of a list's items have `[]` for their number. */
export const examples: Readonly<Record<string, string>> = {
  database: '{ pool_size: 10 }',
  'database.pool_size': '10',
  default_store: 'fast',
  currency: 'EUR',
  stores: '[{ id: fast, driver: filesystem, options: { path: /srv/images/fast } }]',
  'stores[].id': 'fast',
  'stores[].driver': 'filesystem',
  'stores[].description': 'NVMe, for what boots every day',
  'stores[].weight': '100',
  'stores[].tier': 'premium',
  'stores[].site': 'berlin',
  'stores[].hypervisors': '[kvm]',
  'stores[].price_per_gib_month': '0.12',
  'stores[].quota_gib': '2000',
  'stores[].code': 'NVM',
  'stores[].load_line': '85',
  'stores[].mode': 'read-write',
  'stores[].options': '{ path: /srv/images/fast }',
  identity: '{ mode: standalone }',
  'identity.mode': 'standalone',
  'identity.keystone':
    '{ auth_url: "https://keystone.example/v3", username: glance, password_file: /etc/stowage/keystone, project: service }',
  'identity.keystone.auth_url': 'https://keystone.example/v3',
  'identity.keystone.www_authenticate_uri': 'https://keystone.example',
  'identity.keystone.ca_file': '/etc/ssl/private-ca.pem',
  'identity.keystone.service_token_roles': '[service]',
  'identity.keystone.cache_seconds': '60',
  staging_store: 'fast',
  policy: '{ copy_image: "role:member and project_id:%(project_id)s" }',
  limits: '{ image_size_gib: 1024 }',
  'limits.image_size_gib': '1024',
  'limits.image_size_total_gib': '500',
  'limits.image_stage_total_gib': '100',
  'limits.image_count_total': '200',
  'limits.image_count_uploading': '20',
  'limits.stores': '{ fast: { image_size_total_gib: 100 } }',
  trusted_proxies: '[10.0.0.5, 10.1.0.0/24]',
  transfers: '{ in_web_processes: true }',
  'transfers.in_web_processes': 'true',
  checksum_md5: 'inline',
  fetch: '{ ports: [80, 443] }',
  'fetch.allow_hosts': '[mirror.example]',
  'fetch.deny_hosts': '[mirror.example]',
  'fetch.allow_networks': '[10.0.0.0/8]',
  'fetch.ports': '[80, 443]',
  show: '{ locations: false, direct_url: false }',
  'show.locations': 'false',
  'show.direct_url': 'false',
};
