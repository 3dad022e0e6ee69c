import { z } from 'zod';
import { StoreId } from '#lib/contract/common.ts';
import { route } from '#lib/http/route.ts';
import { leaveOutStore } from '#lib/services/uploads/leave-out-store.ts';

const params = z.object({ id: z.string().max(100), store: StoreId });

export const DELETE = route({ params }, ({ ctx, params }) =>
  leaveOutStore(ctx, { uploadId: params.id, storeId: params.store }),
);
