import { imageWire } from '#lib/http/image-api/wire.ts';
import { unknownPath } from '#lib/http/methods.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = unknownPath(imageWire);
