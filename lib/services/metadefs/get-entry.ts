import { StowageError } from '#lib/contract/errors.ts';
import { findEntry, type EntryKind, type EntryRow } from '#lib/db/repositories/metadef-entries.ts';
import type { Context } from '#lib/runtime/context.ts';
import { entryNotFound, kindRules } from './entry-kinds.ts';
import { assertMayInNamespace, getNamespaceRow } from './get-namespace.ts';

export async function getEntry(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  kind: EntryKind,
  name: string,
): Promise<EntryRow> {
  const q = runtime.db.read;
  const namespace = await getNamespaceRow(q, actor, namespaceName);
  assertMayInNamespace(actor, namespace, kindRules[kind].get);
  const entry = await findEntry(q, namespace.id, kind, name);
  if (entry === null) throw entryNotFound(kind, name);
  return entry;
}

/** A property by the name that it has on a type of resource: with the prefix of the association. */
export async function getPropertyOfResourceType(
  ctx: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  resourceType: string,
  prefixedName: string,
): Promise<EntryRow> {
  const q = ctx.runtime.db.read;
  const namespace = await getNamespaceRow(q, ctx.actor, namespaceName);
  assertMayInNamespace(ctx.actor, namespace, 'get_metadef_property', 'get_metadef_resource_type');
  const association = await findEntry(q, namespace.id, 'resource_type', resourceType);
  if (association === null) {
    throw new StowageError(
      'not_found',
      `The metadata definition resource-type with name=${resourceType}, was not found.`,
    );
  }
  const { prefix } = association.body;
  if (typeof prefix !== 'string' || prefix === '' || !prefixedName.startsWith(prefix)) {
    throw new StowageError(
      'not_found',
      `Property ${prefixedName} does not start with the expected resource type association prefix of '${typeof prefix === 'string' ? prefix : 'None'}'.`,
    );
  }
  return await getEntry(ctx, namespaceName, 'property', prefixedName.slice(prefix.length));
}
