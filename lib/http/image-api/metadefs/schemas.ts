/** The schemas under `/v2/schemas/metadefs`, which glanceclient reads before it creates or changes a definition. */

type Schema = Readonly<Record<string, unknown>>;

const valueTypes = ['array', 'boolean', 'integer', 'number', 'object', 'string', null];
const text = { type: 'string' };
const texts = { type: 'array', items: text };
const readOnlyText = { readOnly: true, type: 'string' };
const count = { $ref: '#/definitions/positiveInteger' };
const countOrNone = { $ref: '#/definitions/positiveIntegerDefault0' };
const distinctTexts = { $ref: '#/definitions/stringArray' };
const propertyMap = { $ref: '#/definitions/property' };

function time(description: string) {
  return { type: 'string', readOnly: true, description, format: 'date-time' };
}

const propertyFields: Schema = {
  name: { type: 'string', maxLength: 80 },
  title: text,
  description: text,
  operators: texts,
  type: { type: 'string', enum: valueTypes },
  required: distinctTexts,
  minimum: { type: 'number' },
  maximum: { type: 'number' },
  maxLength: count,
  minLength: countOrNone,
  pattern: { type: 'string', format: 'regex' },
  enum: { type: 'array' },
  readonly: { type: 'boolean' },
  default: {},
  items: {
    type: 'object',
    properties: { type: { type: 'string', enum: valueTypes }, enum: { type: 'array' } },
  },
  maxItems: count,
  minItems: countOrNone,
  uniqueItems: { type: 'boolean', default: false },
  additionalItems: { type: 'boolean' },
};

const counts = {
  positiveInteger: { type: 'integer', minimum: 0 },
  positiveIntegerDefault0: { allOf: [count, { default: 0 }] },
};
const stringArray = { type: 'array', items: text, uniqueItems: true };
const definitions: Schema = {
  ...counts,
  stringArray,
  property: {
    type: 'object',
    additionalProperties: { type: 'object', required: ['title', 'type'], properties: propertyFields },
  },
};
const propertyDefinitions: Schema = { ...counts, stringArray: { ...stringArray, minItems: 1 } };

const namespace: Schema = {
  name: 'namespace',
  properties: {
    namespace: { type: 'string', description: 'Name of the namespace; there is one of each.', maxLength: 80 },
    display_name: { type: 'string', description: 'What people see instead of the name.', maxLength: 80 },
    description: { type: 'string', description: 'What the namespace is for.', maxLength: 500 },
    visibility: { type: 'string', description: 'Who sees it.', enum: ['public', 'private'] },
    protected: { type: 'boolean', description: 'If true, it cannot be deleted, nor what is in it.' },
    owner: { type: 'string', description: 'The project that it belongs to.', maxLength: 255 },
    created_at: time('When it was created'),
    updated_at: time('When it was changed last'),
    schema: readOnlyText,
    self: readOnlyText,
    resource_type_associations: {
      type: 'array',
      items: { type: 'object', properties: { name: text, prefix: text, properties_target: text } },
    },
    properties: propertyMap,
    objects: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: text, description: text, required: distinctTexts, properties: propertyMap },
      },
    },
    tags: { type: 'array', items: { type: 'object', properties: { name: text } } },
  },
  additionalProperties: false,
  required: ['namespace'],
};

const object: Schema = {
  name: 'object',
  properties: {
    name: { type: 'string', maxLength: 80 },
    description: text,
    required: distinctTexts,
    properties: propertyMap,
    schema: readOnlyText,
    self: readOnlyText,
    created_at: time('When the object was created'),
    updated_at: time('When the object was changed last'),
  },
  additionalProperties: false,
  required: ['name'],
};

const property: Schema = {
  name: 'property',
  properties: propertyFields,
  additionalProperties: false,
  required: ['type', 'title'],
};

const tag: Schema = {
  name: 'tag',
  properties: {
    name: { type: 'string', maxLength: 80 },
    created_at: time('When the tag was created'),
    updated_at: time('When the tag was changed last'),
  },
  additionalProperties: false,
  required: ['name'],
};

const association: Schema = {
  name: 'resource_type_association',
  properties: {
    name: {
      type: 'string',
      description: 'A type of resource, named as the orchestration service names it where it has one.',
      maxLength: 80,
    },
    prefix: {
      type: 'string',
      description: 'What names of properties begin with on this type of resource, its separator included.',
      maxLength: 80,
    },
    properties_target: {
      type: 'string',
      description:
        'Which of several sets of keys and values the properties go to: image metadata of a volume, say.',
      maxLength: 80,
    },
    created_at: time('When the type was associated'),
    updated_at: time('When the association was changed last'),
  },
  additionalProperties: false,
  required: ['name'],
};

function page(name: string, items: Schema, isMap = false): Schema {
  return {
    name,
    properties: {
      [name]: isMap ? { type: 'object', additionalProperties: items } : { type: 'array', items },
      first: text,
      next: text,
      schema: text,
    },
    links: [
      { rel: 'first', href: '{first}' },
      { rel: 'next', href: '{next}' },
      { rel: 'describedby', href: '{schema}' },
    ],
  };
}

export const metadefSchemas: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ['namespace', { ...namespace, definitions }],
  ['namespaces', { ...page('namespaces', namespace), definitions }],
  ['object', { ...object, definitions }],
  ['objects', { ...page('objects', object), definitions }],
  ['property', { ...property, definitions: propertyDefinitions, required: ['type', 'title', 'name'] }],
  ['properties', { ...page('properties', property, true), definitions: propertyDefinitions }],
  ['tag', tag],
  ['tags', page('tags', tag)],
  ['resource_type', association],
  ['resource_types', page('resource_type_associations', association)],
]);
