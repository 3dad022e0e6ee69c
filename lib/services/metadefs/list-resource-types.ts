import { assertCanOther } from '#lib/auth/policy.ts';
import {
  listResourceTypes as listResourceTypeRows,
  type ResourceTypeRow,
} from '#lib/db/repositories/metadefs.ts';
import type { Context } from '#lib/runtime/context.ts';

/** Every type of resource that a namespace was ever associated with. */
export async function listResourceTypes({
  runtime,
  actor,
}: Pick<Context, 'runtime' | 'actor'>): Promise<ResourceTypeRow[]> {
  assertCanOther(actor, 'list_metadef_resource_types');
  return await listResourceTypeRows(runtime.db.read);
}
