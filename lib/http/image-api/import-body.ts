import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { ImportRequest } from '#lib/services/imports/copy-image.ts';
import { toImportMethod, type ImportMethod } from '#lib/services/imports/start.ts';

export const ImportBody = z.record(z.string(), z.unknown());

const Method = z.object({ name: z.string() });
const Stores = z.array(z.string()).min(1).max(64);

/** It is kept with its task for two days, all of it. */
const bodyLimitCharacters = 64 * 1024;

/**
 * The body of `POST …/import`. `headerStore`: `X-Image-Meta-Store`, which the SDK sends beside the same store in the
 * body; Glance refuses that, here it is taken as long as both say the same.
 */
export function toImport(
  body: Record<string, unknown>,
  headerStore: string | null,
  defaultStore: string,
): ImportRequest & { method: ImportMethod } {
  if (JSON.stringify(body).length > bodyLimitCharacters) {
    throw wrong(`An import request has at most ${bodyLimitCharacters} characters.`);
  }
  if (body['method'] === undefined) throw wrong("Import request requires a 'method' field.");
  const given = Method.safeParse(body['method']);
  if (!given.success) throw wrong("Import request requires a 'name' field.");
  const method = toImportMethod(given.data.name);
  const allStoresMustSucceed = toFlag(body, 'all_stores_must_succeed') ?? true;
  const allStores = toFlag(body, 'all_stores') ?? false;
  const stores = toStores(body['stores'], allStores, headerStore, defaultStore);
  return { method, stores, allStoresMustSucceed, body };
}

function toStores(
  given: unknown,
  allStores: boolean,
  headerStore: string | null,
  defaultStore: string,
): ImportRequest['stores'] {
  if (allStores) {
    if (given !== undefined || headerStore !== null) {
      throw wrong("All_stores parameter can't be used with x-image-meta-store header or stores parameter");
    }
    return 'all';
  }
  if (given === undefined) return [headerStore ?? defaultStore];
  const stores = Stores.safeParse(given);
  if (!stores.success) throw wrong("'stores' must be a list of store ids.");
  if (headerStore !== null && stores.data.some((store) => store !== headerStore)) {
    throw wrong("Stores parameter and x-image-meta-store header can't be both specified");
  }
  return stores.data;
}

function toFlag(body: Record<string, unknown>, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrong(`'${name}' must be boolean value only`);
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
