'use client';

import { useState } from 'react';

/** So many requests at a time: a hundred images do not become a hundred connections. */
const atOnce = 4;

export interface BulkFailure<Item> {
  item: Item;
  error: unknown;
}

export interface BulkResult<Item, Answer> {
  done: { item: Item; answer: Answer }[];
  failed: BulkFailure<Item>[];
}

/** Does the same to many things and tells which of them failed and why; one failure stops none of the others. */
export async function runBulk<Item, Answer>(
  items: readonly Item[],
  run: (item: Item) => Promise<Answer>,
): Promise<BulkResult<Item, Answer>> {
  const result: BulkResult<Item, Answer> = { done: [], failed: [] };
  const queue = items.values();
  const work = async () => {
    for (const item of queue) {
      try {
        result.done.push({ item, answer: await run(item) });
      } catch (error) {
        result.failed.push({ item, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return result;
}

export function useBulk<Item, Answer>(run: (item: Item) => Promise<Answer>) {
  const [busy, setBusy] = useState(false);
  const [failures, setFailures] = useState<BulkFailure<Item>[]>([]);
  const start = async (items: readonly Item[]) => {
    setBusy(true);
    setFailures([]);
    const result = await runBulk(items, run);
    setBusy(false);
    setFailures(result.failed);
    return result;
  };
  return { busy, failures, start, reset: () => setFailures([]) };
}
