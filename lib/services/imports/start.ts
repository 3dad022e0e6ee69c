import { StowageError } from '#lib/contract/errors.ts';
import type { Context } from '#lib/runtime/context.ts';
import { importByCopy, type ImportRequest } from './copy-image.ts';
import { importStaged } from './import-staged.ts';

/** Methods that this service offers, as `info/import` and the answer to a creation name them. */
export const importMethods = ['glance-direct', 'copy-image'] as const;
/** Known ones that fetch by themselves. */
const fetchingMethods = ['web-download', 'glance-download'] as const;
export type ImportMethod = (typeof importMethods)[number];

/** Starts an import of the Images API; it goes on after the answer, and its task tells how. */
export async function startImport(
  ctx: Context,
  imageId: string,
  method: ImportMethod,
  request: ImportRequest,
): Promise<void> {
  switch (method) {
    case 'copy-image':
      return await importByCopy(ctx, imageId, request);
    case 'glance-direct':
      return await importStaged(ctx, imageId, request);
  }
}

/** `bad_request` for a method that is not offered, which says whether it is not known or switched off. */
export function toImportMethod(name: string): ImportMethod {
  const method = importMethods.find((each) => each === name);
  if (method !== undefined) return method;
  if (fetchingMethods.some((each) => each === name)) {
    throw new StowageError(
      'bad_request',
      `The import method '${name}' is switched off: this service does not fetch images from elsewhere.`,
      {
        remedy: `Use one of: ${importMethods.join(', ')}.`,
        field: 'method',
        glance: `Unknown import method name '${name}'.`,
      },
    );
  }
  throw new StowageError('bad_request', `Unknown import method name '${name}'.`, { field: 'method' });
}
