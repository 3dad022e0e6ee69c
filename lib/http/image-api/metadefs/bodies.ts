/** Bodies of the calls under `/v2/metadefs`, in the form that the schemas under `/v2/schemas/metadefs` promise. */
import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { NewNamespace } from '#lib/services/metadefs/create-namespace.ts';
import type { NewEntry } from '#lib/services/metadefs/entry-kinds.ts';

const nameLimit = 80;

/** It becomes a part of the path, where a slash or nothing at all could never be asked for again. */
const Name = z
  .string()
  .min(1, 'a name has at least one character')
  .max(nameLimit, `a name has at most ${nameLimit} characters`)
  .refine((name) => !name.includes('/'), 'a name has no slash');

const Count = z.int().min(0);
const Type = z.enum(['array', 'boolean', 'integer', 'number', 'object', 'string']);

const propertyFields = {
  title: z.string(),
  description: z.string().optional(),
  operators: z.array(z.string()).optional(),
  type: Type,
  required: z.array(z.string()).min(1).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: Count.optional(),
  minLength: Count.optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
  readonly: z.boolean().optional(),
  default: z.unknown().optional(),
  items: z.strictObject({ type: Type, enum: z.array(z.string()).optional() }).optional(),
  maxItems: Count.optional(),
  minItems: Count.optional(),
  uniqueItems: z.boolean().optional(),
  additionalItems: z.boolean().optional(),
};
const Property = z.strictObject({ name: Name.optional(), ...propertyFields });
const NamedProperty = z.strictObject({ name: Name, ...propertyFields });
type PropertyBody = z.infer<typeof Property>;

const Required = z
  .array(z.string())
  .refine((names) => new Set(names).size === names.length, 'a name is in it twice');

const objectFields = {
  name: Name,
  description: z.string().optional(),
  required: Required.optional(),
  properties: z.record(z.string(), Property).optional(),
};
const MetadefObject = z.strictObject(objectFields);

const resourceTypeFields = {
  name: Name,
  prefix: z.string().max(80).optional(),
  properties_target: z.string().max(80).optional(),
};
const ResourceType = z.strictObject(resourceTypeFields);

const Tag = z.strictObject({ name: Name });

/** Clients send what they were given before, with links and times: those of what is within are left out. */
const Namespace = z.strictObject({
  namespace: Name,
  display_name: z.string().max(80).optional(),
  description: z.string().max(500).optional(),
  visibility: z.enum(['public', 'private']).optional(),
  protected: z.boolean().optional(),
  owner: z.string().max(255).optional(),
  resource_type_associations: z.array(z.object(resourceTypeFields)).optional(),
  properties: z.record(Name, z.object({ name: Name.optional(), ...propertyFields })).optional(),
  objects: z.array(z.object(objectFields)).optional(),
  tags: z.array(z.object({ name: Name })).optional(),
});

const readOnlyOf = {
  namespace: ['self', 'schema', 'created_at', 'updated_at'],
  object: ['self', 'schema', 'created_at', 'updated_at'],
  property: ['created_at', 'updated_at'],
  resource_type_association: ['created_at', 'updated_at'],
  tag: ['created_at', 'updated_at'],
  tags: [],
} as const satisfies Record<string, readonly string[]>;

function parse<T>(name: keyof typeof readOnlyOf, schema: z.ZodType<T>, body: unknown): T {
  if (body === undefined) throw new StowageError('bad_request', 'Body expected in request.');
  const isObject = typeof body === 'object' && body !== null;
  const readOnly = isObject ? readOnlyOf[name].find((field) => field in body) : undefined;
  if (readOnly !== undefined) {
    throw new StowageError('forbidden', `Attribute '${readOnly}' is read-only.`, { field: readOnly });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new StowageError(
    'bad_request',
    `Provided object does not match schema '${name}': ${field === '' ? '' : `${field}: `}${issue?.message ?? 'not as expected'}`,
    field === '' ? {} : { field },
  );
}

export function parseNamespace(body: unknown): { namespace: NewNamespace; entries: NewEntry[] } {
  const given = parse('namespace', Namespace, body);
  return {
    namespace: {
      name: given.namespace,
      displayName: given.display_name ?? null,
      description: given.description ?? null,
      visibility: given.visibility ?? 'private',
      protected: given.protected ?? false,
      ownerId: given.owner ?? null,
    },
    entries: [
      ...(given.resource_type_associations ?? []).map(toResourceType),
      ...(given.objects ?? []).map(toObject),
      ...Object.entries(given.properties ?? {}).map(([name, property]) => toProperty(name, property)),
      ...(given.tags ?? []).map(toTag),
    ],
  };
}

export function parseObject(body: unknown): NewEntry {
  return toObject(parse('object', MetadefObject, body));
}

export function parseProperty(body: unknown): NewEntry {
  const property = parse('property', NamedProperty, body);
  return toProperty(property.name, property);
}

export function parseResourceType(body: unknown): NewEntry {
  return toResourceType(parse('resource_type_association', ResourceType, body));
}

export function parseTag(body: unknown): NewEntry {
  return toTag(parse('tag', Tag, body));
}

/** Names of the tags of `POST …/tags`. */
export function parseTags(body: unknown): string[] {
  return parse('tags', z.strictObject({ tags: z.array(Tag) }), body).tags.map(({ name }) => name);
}

function toObject({ name, properties, ...body }: z.infer<typeof MetadefObject>): NewEntry {
  const kept = properties && { properties: mapValues(properties, toPropertyBody) };
  return { kind: 'object', name, body: { ...body, ...kept } };
}

function toProperty(name: string, property: PropertyBody): NewEntry {
  return { kind: 'property', name, body: toPropertyBody(property) };
}

function toResourceType({ name, ...body }: z.infer<typeof ResourceType>): NewEntry {
  return { kind: 'resource_type', name, body };
}

function toTag({ name }: z.infer<typeof Tag>): NewEntry {
  return { kind: 'tag', name, body: {} };
}

/** A default is text, as Glance's clients read it: also that of a flag (in Python's words) and of a number. */
function toPropertyBody({ name: _, ...property }: PropertyBody): Record<string, unknown> {
  if (!('default' in property)) return property;
  return { ...property, default: toDefault(property.default) };
}

function toDefault(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : value;
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  convert: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, convert(value)]));
}
