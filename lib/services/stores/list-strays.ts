import { canOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getRegistered } from './get.ts';

export interface StrayList {
  /** Null: the store was not listed since the start. */
  listed_at: string | null;
  count: number;
  bytes: number;
  /** The first thousand. */
  objects: { key: string; size_bytes: number; modified_at: string; unfinished: boolean }[];
}

/** What lies in a store and has no row here. Stowage never removes it. `refresh` lists the store now. */
export async function listStrays(
  ctx: Context,
  id: string,
  { refresh }: { refresh: boolean },
): Promise<StrayList> {
  getRegistered(ctx, id);
  if (!canOther(ctx.actor, 'see_stray_objects')) {
    throw new StowageError('forbidden', 'You may not see what else lies in a store.', {
      remedy: 'Ask an administrator.',
    });
  }
  if (refresh) await ctx.runtime.reconciler.runOnce({ list: true });
  const report = ctx.runtime.reconciler.straysOf(id);
  return {
    listed_at: report?.listedAt ?? null,
    count: report?.count ?? 0,
    bytes: report?.bytes ?? 0,
    objects: (report?.objects ?? []).map((object) => ({
      key: object.key,
      size_bytes: object.sizeBytes,
      modified_at: object.modifiedAt,
      unfinished: object.unfinished,
    })),
  };
}
