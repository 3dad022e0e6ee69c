/** The schemas that glanceclient reads before it creates or changes anything, in the form of its library (warlock). */
import { taskStatuses, taskTypes } from '#lib/contract/tasks.ts';
import { containerFormats, diskFormats, imageStatuses, visibilities } from '#lib/contract/common.ts';

const uuidPattern = '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$';

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const textOrNull = (description: string, more: object = {}) => ({
  type: ['null', 'string'],
  description,
  ...more,
});
const readOnly = { readOnly: true };
const custom = { is_base: false };

const imageProperties = {
  id: text('An identifier for the image', { pattern: uuidPattern }),
  name: textOrNull('Descriptive name for the image', { maxLength: 255 }),
  status: text('Status of the image', { ...readOnly, enum: imageStatuses }),
  visibility: text('Scope of image accessibility', { enum: visibilities }),
  protected: { type: 'boolean', description: 'If true, image will not be deletable.' },
  os_hidden: {
    type: 'boolean',
    description: 'If true, image will not appear in default image list response.',
  },
  checksum: textOrNull('md5 hash of image contents.', { ...readOnly, maxLength: 32 }),
  os_hash_algo: textOrNull('Algorithm to calculate the os_hash_value', { ...readOnly, maxLength: 64 }),
  os_hash_value: textOrNull('Hexdigest of the image contents by os_hash_algo', {
    ...readOnly,
    maxLength: 128,
  }),
  owner: textOrNull('Owner of the image', { maxLength: 255 }),
  size: { type: ['null', 'integer'], description: 'Size of image file in bytes', ...readOnly },
  virtual_size: { type: ['null', 'integer'], description: 'Virtual size of image in bytes', ...readOnly },
  container_format: textOrNull('Format of the container', { enum: [null, ...containerFormats] }),
  disk_format: textOrNull('Format of the disk', { enum: [null, ...diskFormats] }),
  created_at: text('Date and time of image registration', readOnly),
  updated_at: text('Date and time of the last image modification', readOnly),
  tags: {
    type: 'array',
    description: 'List of strings related to the image',
    items: { type: 'string', maxLength: 255 },
  },
  direct_url: text('URL to access the image file kept in external store', readOnly),
  min_ram: { type: 'integer', description: 'Amount of ram (in MB) required to boot image.' },
  min_disk: { type: 'integer', description: 'Amount of disk space (in GB) required to boot image.' },
  self: text('An image self url', readOnly),
  file: text('An image file url', readOnly),
  stores: text('Comma-separated ids of the stores in which image data resides.', readOnly),
  schema: text('An image schema url', readOnly),
  locations: {
    type: 'array',
    description: 'A set of URLs to access the image file kept in external store',
    items: {
      type: 'object',
      properties: {
        url: { type: 'string', maxLength: 255 },
        metadata: { type: 'object' },
        validation_data: {
          type: 'object',
          description: 'What the bytes at the location must be',
          writeOnly: true,
          additionalProperties: false,
          properties: {
            checksum: { type: 'string', minLength: 32, maxLength: 32 },
            os_hash_algo: { type: 'string', maxLength: 64 },
            os_hash_value: { type: 'string', maxLength: 128 },
          },
          required: ['os_hash_algo', 'os_hash_value'],
        },
      },
      required: ['url', 'metadata'],
    },
  },
};

/** Properties that are no attributes, but that clients expect to be told of; `is_base` tells them apart. */
const knownProperties = {
  kernel_id: textOrNull('Image with the kernel to boot this one with', { ...custom, pattern: uuidPattern }),
  ramdisk_id: textOrNull('Image with the ramdisk to boot this one with', { ...custom, pattern: uuidPattern }),
  instance_uuid: text('The server that the image was made from', custom),
  architecture: text('The processor that the system in it is for', custom),
  os_distro: text('Common name of the distribution in it', custom),
  os_version: text('Its version as the distributor writes it', custom),
  description: text('What people should know of the image', custom),
  cinder_encryption_key_id: text('Key of the encrypted volume that the image was made from', custom),
  cinder_encryption_key_deletion_policy: text('When that key is deleted', {
    ...custom,
    enum: ['on_image_deletion', 'do_not_delete'],
  }),
};

const image = {
  name: 'image',
  properties: { ...imageProperties, ...knownProperties },
  additionalProperties: { type: 'string' },
  links: [
    { rel: 'self', href: '{self}' },
    { rel: 'enclosure', href: '{file}' },
    { rel: 'describedby', href: '{schema}' },
  ],
};

const member = {
  name: 'member',
  properties: {
    member_id: text('An identifier for the image member (tenantId)'),
    image_id: text('An identifier for the image', { pattern: uuidPattern }),
    created_at: text('Date and time of image member creation'),
    updated_at: text('Date and time of last modification of image member'),
    status: text('The status of this image member', { enum: ['pending', 'accepted', 'rejected'] }),
    schema: { type: 'string', ...readOnly },
  },
};

const images = {
  name: 'images',
  properties: {
    images: { type: 'array', items: image },
    first: { type: 'string' },
    next: { type: 'string' },
    schema: { type: 'string' },
  },
  links: [
    { rel: 'first', href: '{first}' },
    { rel: 'next', href: '{next}' },
    { rel: 'describedby', href: '{schema}' },
  ],
};

const members = {
  name: 'members',
  properties: { members: { type: 'array', items: member }, schema: { type: 'string' } },
  links: [{ rel: 'describedby', href: '{schema}' }],
};

const stub = {
  id: text('An identifier for the task', { pattern: uuidPattern }),
  type: text('What the task does', { enum: [...taskTypes] }),
  status: text('How the task stands', { enum: [...taskStatuses] }),
  owner: text('The project whose task it is'),
  created_at: text('Date and time of its creation'),
  updated_at: text('Date and time of its last change'),
  expires_at: { type: ['null', 'string'], description: 'When it is removed' },
  self: { type: 'string', ...readOnly },
  schema: { type: 'string', ...readOnly },
};

const whose = {
  image_id: text('The image that it works on'),
  request_id: text('The request that asked for it'),
  user_id: text('Who asked for it'),
};

const task = {
  name: 'task',
  properties: {
    ...stub,
    input: { type: ['null', 'object'], description: 'What it was asked to do' },
    result: { type: ['null', 'object'], description: 'What came of it' },
    message: text('What went wrong, if something did'),
    ...whose,
  },
};

const tasks = {
  name: 'tasks',
  properties: {
    tasks: { type: 'array', items: { name: 'task', properties: { ...stub, ...whose } } },
    first: { type: 'string' },
    next: { type: 'string' },
    schema: { type: 'string' },
  },
  links: [
    { rel: 'first', href: '{first}' },
    { rel: 'next', href: '{next}' },
    { rel: 'describedby', href: '{schema}' },
  ],
};

export const schemas: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['image', image],
  ['images', images],
  ['member', member],
  ['members', members],
  ['task', task],
  ['tasks', tasks],
]);
