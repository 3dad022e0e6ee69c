import { jsonBodyLimitBytes } from '#lib/contract/limits.ts';
import { readJson } from '../../read-json.ts';

/** JSON whatever it is said to be, as Glance takes it here. */
export async function readMetadefBody(request: Request): Promise<unknown> {
  return await readJson(request, jsonBodyLimitBytes, /^/);
}
