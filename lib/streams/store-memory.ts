import { MiB } from '#lib/contract/limits.ts';
import { BlockPool } from './block-pool.ts';
import { ReadAheadBudget } from './parallel-read.ts';

/** What drivers hold of bytes on their way, bounded for the whole process however many stores and images there are. */
export interface StoreMemory {
  /** Parts and segments until a store has them. */
  readonly blocks: BlockPool;
  /** What comes from a store before it is asked for. */
  readonly ahead: ReadAheadBudget;
}

/** On globalThis: a bundled copy of this file would have memory of its own. */
const pin = Symbol.for('stowage.store-memory');
const pinned = globalThis as { [pin]?: StoreMemory };

export function storeMemory(): StoreMemory {
  pinned[pin] ??= {
    blocks: new BlockPool({ limitBytes: 48 * MiB }),
    ahead: new ReadAheadBudget(32 * MiB),
  };
  return pinned[pin];
}
