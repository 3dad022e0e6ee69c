import packageJson from '../../../package.json' with { type: 'json' };
import { toOpenApi } from '#lib/http/openapi/document.ts';
import { route } from '#lib/http/route.ts';

export const GET = route({ access: 'none' }, () => Promise.resolve(toOpenApi(packageJson.version)));
