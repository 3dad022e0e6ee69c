import { route } from '#lib/http/route.ts';
import { handleTus } from '#lib/http/tus/server.ts';
import { tusWire } from '#lib/http/tus/wire.ts';

const tus = route({ wire: tusWire }, ({ ctx, request }) => handleTus(ctx, request));

export const HEAD = tus;
export const GET = tus;
export const POST = tus;
export const PATCH = tus;
export const DELETE = tus;
/** What the server can is no secret, and clients ask before they sign in. */
export const OPTIONS = route({ wire: tusWire, access: 'none' }, ({ ctx, request }) =>
  handleTus(ctx, request),
);
