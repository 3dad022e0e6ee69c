import { z } from 'zod';
import { ImageId } from '#lib/contract/common.ts';
import { StartCopies } from '#lib/contract/images.ts';
import { route } from '#lib/http/route.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';

const params = z.object({ id: ImageId });

export const POST = route({ params, body: StartCopies }, async ({ ctx, params, body }) => {
  const transfers = await startCopies(ctx, {
    imageId: params.id,
    stores: body.stores,
    moveFrom: body.move_from,
  });
  // Nothing left to do is no error: every store holds it already.
  return Response.json({ transfers }, { status: transfers.length === 0 ? 200 : 202 });
});
