import { StowageError } from '#lib/contract/errors.ts';
import { limitNames } from '#lib/contract/quotas.ts';
import { allStores, type Over } from '#lib/db/charges.ts';
import type { Transaction } from '#lib/db/database.ts';
import { limitCharges } from '#lib/db/repositories/usage.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { getLimits, resourceOf, type EffectiveLimits } from './limits-of.ts';

export interface Quota {
  enforce(q: Transaction): void;
}

/**
 * Before a use case takes something for a project, outside its transaction, because limits may come from elsewhere.
 * The transaction then says `enforce(q)` and fails with `quota_exceeded` when it takes more than there is. What only
 * gives back, moves what was taken already, or is done by Stowage itself needs none of this.
 */
export async function openQuota(
  runtime: Pick<Runtime, 'config' | 'db' | 'keystone'>,
  projectId: string,
): Promise<Quota> {
  const limits = await getLimits(runtime, runtime.db.read, projectId);
  return {
    enforce: (q) => {
      if (limits.any) limitCharges(q, toChargeLimits(limits));
    },
  };
}

function toChargeLimits(limits: EffectiveLimits): Parameters<typeof limitCharges>[1] {
  return {
    projectId: limits.projectId,
    mostOf: (storeId, resource) => limits.of(storeId, resource).most,
    refuse: overLimit,
  };
}

/** Images end being filled by themselves, so that this limit comes to have room again (413 with Retry-After: RFC 9110, 15.5.14). */
const uploadingRetrySeconds = 10;

/** With what is used, what was asked for and the limit. */
function overLimit({ storeId, resource, used, asked, most }: Over): StowageError {
  const name = limitNames.find((each) => resourceOf[each] === resource) ?? resource;
  const unit = resource === 'size' || resource === 'stage' ? ' bytes' : '';
  const where = storeId === allStores ? '' : ` in the store "${storeId}"`;
  return new StowageError(
    'quota_exceeded',
    `The project is over its limit ${name}${where}: ${used} of ${most}${unit} are used, and ${asked} more were asked for.`,
    resource === 'uploading'
      ? {
          retryAfterSeconds: uploadingRetrySeconds,
          remedy:
            'Wait until other uploads have ended or give them up, or ask an administrator for a greater limit.',
        }
      : { remedy: 'Delete images that are not needed, or ask an administrator for a greater limit.' },
  );
}
