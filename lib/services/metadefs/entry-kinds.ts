import { StowageError } from '#lib/contract/errors.ts';
import type { OtherAction } from '#lib/auth/policy-rules.ts';
import type { EntryKind } from '#lib/db/repositories/metadef-entries.ts';

interface KindRules {
  readonly list: OtherAction;
  readonly get: OtherAction;
  readonly add: OtherAction;
  readonly change: OtherAction;
  readonly remove: OtherAction;
  /** For all of a namespace at once; Glance asks for the right to delete the namespace as well. */
  readonly removeAll: readonly OtherAction[];
}

/** The rules of policy for each kind of entry, by Glance's names. */
export const kindRules: Readonly<Record<EntryKind, KindRules>> = {
  object: {
    list: 'get_metadef_objects',
    get: 'get_metadef_object',
    add: 'add_metadef_object',
    change: 'modify_metadef_object',
    remove: 'delete_metadef_object',
    removeAll: ['delete_metadef_namespace'],
  },
  property: {
    list: 'get_metadef_properties',
    get: 'get_metadef_property',
    add: 'add_metadef_property',
    change: 'modify_metadef_property',
    remove: 'remove_metadef_property',
    removeAll: ['delete_metadef_namespace'],
  },
  tag: {
    list: 'get_metadef_tags',
    get: 'get_metadef_tag',
    add: 'add_metadef_tag',
    change: 'modify_metadef_tag',
    remove: 'delete_metadef_tag',
    removeAll: ['delete_metadef_namespace', 'delete_metadef_tags'],
  },
  resource_type: {
    list: 'list_metadef_resource_types',
    get: 'get_metadef_resource_type',
    add: 'add_metadef_resource_type_association',
    change: 'add_metadef_resource_type_association',
    remove: 'remove_metadef_resource_type_association',
    removeAll: ['delete_metadef_namespace'],
  },
};

export function entryNotFound(kind: EntryKind, name: string): StowageError {
  const words: Record<EntryKind, string> = {
    object: `Could not find metadata object ${name}`,
    property: `Could not find property ${name}`,
    tag: `Could not find metadata tag ${name}`,
    resource_type: `Failed to find resource type ${name} to delete`,
  };
  return new StowageError('not_found', words[kind]);
}

export function entryExists(kind: EntryKind, name: string, namespace: string): StowageError {
  const words: Record<EntryKind, string> = {
    object: `A metadata definition object with name=${name} already exists in namespace=${namespace}.`,
    property: `A metadata definition property with name=${name} already exists in namespace=${namespace}.`,
    tag: `A metadata tag with name=${name} already exists in namespace=${namespace}.`,
    resource_type:
      `The metadata definition resource-type association of resource-type=${name} to namespace=${namespace} ` +
      'already exists.',
  };
  return new StowageError('conflict', words[kind], { field: 'name' });
}

/** An entry as it is asked for: its name, and the rest as the Images API shows it. */
export interface NewEntry {
  readonly kind: EntryKind;
  readonly name: string;
  readonly body: Record<string, unknown>;
}

/** Throws `conflict` when two of them have one name. */
export function assertDistinct(entries: readonly NewEntry[], namespace: string): void {
  const seen = new Set<string>();
  for (const { kind, name } of entries) {
    const key = `${kind} ${name}`;
    if (seen.has(key)) throw entryExists(kind, name, namespace);
    seen.add(key);
  }
}
