import type { Database } from '#lib/db/database.ts';
import { findNamespace, listLoadedStandard, saveLoadedStandard } from '#lib/db/repositories/metadefs.ts';
import { writeNamespace } from './create-namespace.ts';
import { metadefLock } from './get-namespace.ts';
import { standardNamespaces } from './standard/all.ts';
import { toNewNamespace } from './standard/definition.ts';

/**
 * Writes the standard definitions that this database never had; what an administrator changed, renamed or deleted since
 * stays as it is, and a namespace of their own under such a name, too. Safe to repeat, and by several processes at once.
 */
export async function loadStandardDefinitions(db: Database, now: () => number): Promise<void> {
  const missing = missingOf(await listLoadedStandard(db.read));
  if (missing.length === 0) return;
  await db.transaction(async (q) => {
    await q.lock(metadefLock);
    const names = [];
    for (const standard of missingOf(await listLoadedStandard(q))) {
      const { namespace, entries } = toNewNamespace(standard);
      names.push(namespace.name);
      if ((await findNamespace(q, namespace.name)) === null) {
        await writeNamespace(q, namespace, entries, now());
      }
    }
    await saveLoadedStandard(q, names, now());
  });
}

function missingOf(loaded: ReadonlySet<string>) {
  return standardNamespaces.filter(({ namespace }) => !loaded.has(namespace));
}
