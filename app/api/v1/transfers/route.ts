import { TransferListQuery } from '#lib/contract/transfers.ts';
import { route } from '#lib/http/route.ts';
import { listTransfers } from '#lib/services/transfers/list.ts';

export const GET = route({ query: TransferListQuery }, ({ ctx, query }) => listTransfers(ctx, query));
