import { unknownPath } from '#lib/http/methods.ts';
import { identityWire } from '#lib/http/identity/wire.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = unknownPath(identityWire);
