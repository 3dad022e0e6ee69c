import { StowageError } from '#lib/contract/errors.ts';
import {
  findNamespace,
  updateNamespace as updateNamespaceRow,
  type NamespaceRow,
} from '#lib/db/repositories/metadefs.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { NewNamespace } from './create-namespace.ts';
import { assertMayInNamespace, getNamespaceRow, metadefLock } from './get-namespace.ts';

/** Replaces what is said of a namespace, its name too; what is in it stays. `conflict` when the new name is taken. */
export async function updateNamespace(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  name: string,
  given: NewNamespace,
): Promise<NamespaceRow> {
  return await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    const namespace = await getNamespaceRow(q, actor, name);
    assertMayInNamespace(actor, namespace, 'modify_metadef_namespace');
    if (given.name !== name && (await findNamespace(q, given.name)) !== null) {
      throw new StowageError(
        'conflict',
        `Invalid update. It would result in a duplicate metadata definition namespace with the same name of ${given.name}`,
        { field: 'namespace' },
      );
    }
    const changes = {
      name: given.name,
      display_name: given.displayName,
      description: given.description,
      visibility: given.visibility,
      protected: given.protected,
      owner_id: given.ownerId ?? actor.projectId,
      updated_at: runtime.now(),
    };
    await updateNamespaceRow(q, namespace.id, changes);
    return { ...namespace, ...changes };
  });
}
