/** Metadata definitions as the Images API shows them. */
import type { EntryKind, EntryRow } from '#lib/db/repositories/metadef-entries.ts';
import type { NamespaceRow, ResourceTypeRow } from '#lib/db/repositories/metadefs.ts';
import type { NamespacePage } from '#lib/services/metadefs/list-namespaces.ts';
import { toSeconds } from '../image-json.ts';

const root = '/v2/metadefs/namespaces';

interface Dated {
  readonly created_at: number;
  readonly updated_at: number;
}

function times({ created_at, updated_at }: Dated) {
  return { created_at: toSeconds(created_at), updated_at: toSeconds(updated_at) };
}

export function namespacePath(name: string): string {
  return `${root}/${name}`;
}

/** What is said of a namespace, without what is in it. */
export function toNamespaceJson(namespace: NamespaceRow): Record<string, unknown> {
  return {
    namespace: namespace.name,
    ...(namespace.display_name !== null && { display_name: namespace.display_name }),
    ...(namespace.description !== null && { description: namespace.description }),
    visibility: namespace.visibility,
    protected: namespace.protected,
    owner: namespace.owner_id,
    ...times(namespace),
    self: namespacePath(namespace.name),
    schema: '/v2/schemas/metadefs/namespace',
  };
}

export function toNamespaceListJson({ namespaces, next }: NamespacePage, query: URLSearchParams) {
  const first = new URLSearchParams(query);
  first.delete('marker');
  const following = new URLSearchParams(first);
  following.set('marker', next ?? '');
  return {
    namespaces: namespaces.map(({ namespace, associations }) => ({
      ...toNamespaceJson(namespace),
      ...(associations.length > 0 && { resource_type_associations: associations.map(toAssociationJson) }),
    })),
    first: first.size === 0 ? root : `${root}?${first}`,
    ...(next !== null && { next: `${root}?${following}` }),
    schema: '/v2/schemas/metadefs/namespaces',
  };
}

/** With all that is in it; `resourceType` gives the properties the prefix of that association. */
export function toFullNamespaceJson(
  namespace: NamespaceRow,
  entries: readonly EntryRow[],
  resourceType: string | null,
): Record<string, unknown> {
  const of = (kind: EntryKind) => entries.filter((entry) => entry.kind === kind);
  const association = of('resource_type').find(({ name }) => name === resourceType);
  const given = association?.body['prefix'];
  const prefix = typeof given === 'string' ? given : '';
  return {
    ...toNamespaceJson(namespace),
    ...present('resource_type_associations', of('resource_type').map(toAssociationJson)),
    ...present(
      'objects',
      of('object').map((object) => withPrefix(toObjectJson(namespace.name, object), prefix)),
    ),
    ...present(
      'tags',
      of('tag').map(({ name }) => ({ name })),
    ),
    ...(of('property').length > 0 && { properties: toPropertiesJson(of('property'), prefix) }),
  };
}

/** What a new namespace is answered with: what is in it as it was given, without links and times. */
export function toNewNamespaceJson(
  namespace: NamespaceRow,
  entries: readonly EntryRow[],
): Record<string, unknown> {
  const of = (kind: EntryKind) =>
    entries.filter((entry) => entry.kind === kind).map(({ name, body }) => ({ name, ...body }));
  const properties = entries.filter(({ kind }) => kind === 'property');
  return {
    ...toNamespaceJson(namespace),
    ...present('resource_type_associations', of('resource_type')),
    ...present('objects', of('object')),
    ...present('tags', of('tag')),
    ...(properties.length > 0 && { properties: toPropertiesJson(properties) }),
  };
}

function present<Item>(name: string, items: readonly Item[]): Record<string, readonly Item[]> {
  return items.length > 0 ? { [name]: items } : {};
}

/** An object that is read has both, whatever it was made of. */
export function toObjectJson(namespace: string, object: EntryRow): Record<string, unknown> {
  return { required: [], properties: {}, ...toWrittenObjectJson(namespace, object) };
}

/** An object that was just written: as it was given. */
export function toWrittenObjectJson(namespace: string, object: EntryRow): Record<string, unknown> {
  return {
    name: object.name,
    ...object.body,
    ...times(object),
    self: `${namespacePath(namespace)}/objects/${object.name}`,
    schema: '/v2/schemas/metadefs/object',
  };
}

function withPrefix(object: Record<string, unknown>, prefix: string): Record<string, unknown> {
  if (prefix === '') return object;
  const { properties, required } = object as {
    properties: Record<string, unknown>;
    required: string[];
  };
  return {
    ...object,
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [prefix + name, value])),
    required: required.map((name) => prefix + name),
  };
}

export function toPropertiesJson(properties: readonly EntryRow[], prefix = ''): Record<string, unknown> {
  return Object.fromEntries(properties.map(({ name, body }) => [prefix + name, body]));
}

export function toPropertyJson({ name, body }: EntryRow): Record<string, unknown> {
  return { name, ...body };
}

export function toTagJson(tag: EntryRow) {
  return { name: tag.name, ...times(tag) };
}

export function toAssociationJson(association: EntryRow): Record<string, unknown> {
  return { name: association.name, ...association.body, ...times(association) };
}

export function toResourceTypeJson(type: ResourceTypeRow) {
  return { name: type.name, ...times(type) };
}
