import { StowageError } from '#lib/contract/errors.ts';
import { deleteNamespace as deleteNamespaceRow } from '#lib/db/repositories/metadefs.ts';
import type { NamespaceRow } from '#lib/db/repositories/metadefs.ts';
import type { Context } from '#lib/runtime/context.ts';
import { assertMayInNamespace, getNamespaceRow, metadefLock } from './get-namespace.ts';

/** A namespace and all that is in it. `forbidden` while it is protected. */
export async function deleteNamespace(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  name: string,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, name);
    assertMayInNamespace(actor, namespace, 'delete_metadef_namespace');
    assertUnprotected(namespace);
    await deleteNamespaceRow(q, namespace.id);
  });
}

export function assertUnprotected({ name, protected: isProtected }: NamespaceRow): void {
  if (!isProtected) return;
  throw new StowageError(
    'forbidden',
    `Metadata definition namespace ${name} is protected and cannot be deleted.`,
    { remedy: 'Take the protection away first.' },
  );
}
