import { findEntry, updateEntry, type EntryRow } from '#lib/db/repositories/metadef-entries.ts';
import type { Context } from '#lib/runtime/context.ts';
import { entryExists, entryNotFound, kindRules, type NewEntry } from './entry-kinds.ts';
import { assertMayInNamespace, getNamespaceRow, metadefLock } from './get-namespace.ts';

/** Replaces an entry, its name too. `conflict` when another one has the new name. */
export async function changeEntry(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  name: string,
  given: NewEntry,
): Promise<EntryRow> {
  const { kind } = given;
  return await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, namespaceName);
    assertMayInNamespace(actor, namespace, kindRules[kind].change);
    const entry = await findEntry(q, namespace.id, kind, name);
    if (entry === null) throw entryNotFound(kind, name);
    if (given.name !== name && (await findEntry(q, namespace.id, kind, given.name)) !== null) {
      throw entryExists(kind, given.name, namespaceName);
    }
    const changes = { name: given.name, body: given.body, updated_at: runtime.now() };
    await updateEntry(q, entry, changes);
    return { ...entry, ...changes };
  });
}
