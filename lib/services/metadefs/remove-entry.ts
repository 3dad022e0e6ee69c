import { deleteEntries, deleteEntry, type EntryKind } from '#lib/db/repositories/metadef-entries.ts';
import type { Context } from '#lib/runtime/context.ts';
import { entryNotFound, kindRules } from './entry-kinds.ts';
import { assertUnprotected } from './delete-namespace.ts';
import { assertMayInNamespace, getNamespaceRow, metadefLock } from './get-namespace.ts';

/** `forbidden` while the namespace is protected. */
export async function removeEntry(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  kind: EntryKind,
  name: string,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, namespaceName);
    assertMayInNamespace(actor, namespace, kindRules[kind].remove);
    if (!(await deleteEntry(q, namespace.id, kind, name))) throw entryNotFound(kind, name);
    // What is not there is 404 even in a protected namespace; this undoes the rest.
    assertUnprotected(namespace);
  });
}

/** All of one kind. `forbidden` while the namespace is protected. Safe to repeat. */
export async function removeEntries(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  kind: EntryKind,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, namespaceName);
    assertMayInNamespace(actor, namespace, ...kindRules[kind].removeAll);
    assertUnprotected(namespace);
    await deleteEntries(q, namespace.id, kind);
  });
}
