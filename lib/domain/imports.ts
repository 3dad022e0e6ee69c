/** What an import of the Images API comes to. Pure. */
import type { TaskStatus } from '#lib/contract/tasks.ts';
import type { TransferState } from '#lib/contract/transfers.ts';
import { isOpen } from './transfer-state.ts';

export type { TaskStatus, TaskType } from '#lib/contract/tasks.ts';

/** What an import has to do, kept in its task. */
export interface ImportPlan {
  method: 'glance-direct' | 'copy-image';
  /** In the order in which they were named. */
  stores: string[];
  allStoresMustSucceed: boolean;
  /** Of its transfers; others of the same image are not its. */
  groupId: string;
  /** Of `glance-direct`: where the bytes wait; one of `stores` when they may stay there. */
  stagedIn: string | null;
}

/** How one store of an import stands: its transfer, or 'here' where the bytes lay already. */
export interface ImportedStore {
  store: string;
  state: TransferState | 'here';
  error: string | null;
}

export interface ImportVerdict {
  /** `processing` while a store is not decided yet. */
  status: Extract<TaskStatus, 'processing' | 'success' | 'failure'>;
  /** The image has, from now on, all the copies that make it active. */
  isActive: boolean;
  /** For people: which stores failed, and why. */
  message: string;
}

/**
 * With `allStoresMustSucceed` the image is active once the last store has it, and not at all when one fails; without, it
 * is with the first one (Glance's API reference, "Interoperable image import").
 */
export function judgeImport(
  { allStoresMustSucceed }: Pick<ImportPlan, 'allStoresMustSucceed'>,
  stores: readonly ImportedStore[],
): ImportVerdict {
  const failed = stores.filter(({ state }) => state === 'failed' || state === 'canceled');
  const present = stores.filter(({ state }) => state === 'done' || state === 'here');
  const isUndecided = stores.some(({ state }) => state !== 'here' && isOpen(state));
  const message = failed.map(toSentence).join(' ');
  const isWanted = allStoresMustSucceed
    ? failed.length === 0 && present.length === stores.length
    : present.length > 0;
  if (isUndecided) return { status: 'processing', isActive: isWanted, message };
  return { status: isWanted ? 'success' : 'failure', isActive: isWanted, message };
}

function toSentence({ store, state, error }: ImportedStore): string {
  if (error !== null) return `${store}: ${error}`;
  return state === 'canceled' ? `${store}: The copy was canceled.` : `${store}: The copy failed.`;
}
