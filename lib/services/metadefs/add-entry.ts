import {
  deleteEntries,
  findEntry,
  insertEntries,
  lastPosition,
  listEntries,
  type EntryRow,
} from '#lib/db/repositories/metadef-entries.ts';
import { insertResourceTypes } from '#lib/db/repositories/metadefs.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toResourceTypes, toRows } from './create-namespace.ts';
import { assertDistinct, entryExists, kindRules, type NewEntry } from './entry-kinds.ts';
import { assertMayInNamespace, getNamespaceRow, metadefLock } from './get-namespace.ts';

/** `conflict` when the namespace has one of this name already. */
export async function addEntry(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  entry: NewEntry,
): Promise<EntryRow> {
  return await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, namespaceName);
    assertMayInNamespace(actor, namespace, kindRules[entry.kind].add);
    if ((await findEntry(q, namespace.id, entry.kind, entry.name)) !== null) {
      throw entryExists(entry.kind, entry.name, namespaceName);
    }
    const now = runtime.now();
    const rows = toRows(namespace.id, [entry], await lastPosition(q, namespace.id), now);
    await insertEntries(q, rows);
    await insertResourceTypes(q, toResourceTypes([entry], now));
    return rows[0] as EntryRow;
  });
}

/**
 * Gives a namespace these tags instead of its own, or (`append`) beside them; `conflict`, and nothing is changed, when
 * one of them is there twice. As in Glance an empty list leaves what is there.
 */
export async function addTags(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  names: readonly string[],
  { append }: { readonly append: boolean },
): Promise<void> {
  const entries = names.map((name): NewEntry => ({ kind: 'tag', name, body: {} }));
  await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, namespaceName);
    assertMayInNamespace(actor, namespace, 'add_metadef_tags');
    assertDistinct(entries, namespaceName);
    if (entries.length === 0) return;
    if (append) {
      const there = new Set((await listEntries(q, [namespace.id], ['tag'])).map(({ name }) => name));
      const twice = names.find((name) => there.has(name));
      if (twice !== undefined) throw entryExists('tag', twice, namespaceName);
    } else {
      await deleteEntries(q, namespace.id, 'tag');
    }
    const behind = await lastPosition(q, namespace.id);
    await insertEntries(q, toRows(namespace.id, entries, behind, runtime.now()));
  });
}
